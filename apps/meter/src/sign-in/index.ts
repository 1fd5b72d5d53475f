export { openConnections } from './connections.ts';
export { type MeterToken, type SignInOptions, signIn } from './sign-in.ts';
