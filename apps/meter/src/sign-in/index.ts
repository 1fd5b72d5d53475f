export { type MeterToken, type SignInOptions, signIn } from './sign-in.ts';
