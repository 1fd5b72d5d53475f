import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Caller, Role } from './caller.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Present on every route that states `config.access`. */
    caller: Caller;
  }
  interface FastifyContextConfig {
    /**
     * Who may call. `public`: no authentication. A role: people and tokens of this role or above. `meter`: a meter with its own
     * key, or a role of reporter or above. Every route states one; a route without it fails when the service starts.
     */
    access: 'public' | 'meter' | Role;
  }
}

/** A room adds its routes to the app and states the schema of every parameter, body and answer (TypeBox, from `@meterhouse/contract`). */
export type Routes = (app: FastifyInstance) => void;
/** Turns the bearer of a request into a caller. @throws problem `unauthenticated` (401) */
export type Authenticate = (bearer: string) => Promise<Caller>;
export type Logger = FastifyBaseLogger;
