export { type MeterToken, signIn } from './sign-in.ts';
