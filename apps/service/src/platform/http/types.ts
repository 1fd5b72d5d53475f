import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Problem, ProblemCode } from '@meterhouse/contract';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { Caller, Role } from './caller.ts';

/**
 * Who may call a route. `public`: anybody. A role: people and tokens of it or above. `meter`: a meter with its own key, or a
 * reporter and above. `meter-view`: a meter with its own key, or a reader and above.
 */
export type Access = 'public' | 'meter' | 'meter-view' | Role;

/** How long a body may take to arrive, in seconds; then it is cut with 408. */
export interface BodyTime {
  /** Between two pieces of it. */
  readonly idleSeconds: number;
  /** From the first to the last: without it a client that sends a byte now and then holds a connection for ever. */
  readonly totalSeconds: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Present on every route whose access is not `public`. */
    caller: Caller;
  }
  interface FastifyContextConfig {
    /** Every route states who may call it; one without it fails when the service starts. */
    access: Access;
    /**
     * For a POST, PUT or PATCH without a body schema: `none` needs no body and ignores one, `stream` reads it by itself through
     * a content type parser of its own.
     */
    body?: 'none' | 'stream';
    bodyTime?: BodyTime;
    /** Further paths that the same route answers; they stay out of the OpenAPI document. */
    alsoAt?: readonly string[];
    /** The answer carries a secret: every answer of the route says `Cache-Control: no-store`. */
    noStore?: boolean;
    /** What the headers of an answer that is no refusal say, by their names; those of every such answer. */
    answerHeaders?: Readonly<Record<string, string>>;
    /** Refusals that do not follow from what the route takes and who may call it; see refusals.ts. */
    refuses?: readonly ProblemCode[];
    /** The compatible shape of this route's refusals, where one is documented; sent as `application/json`. */
    renderProblem?: (problem: Problem, request: FastifyRequest) => object;
  }
}

export type Logger = FastifyBaseLogger;
/** The app as rooms see it: schemas written in TypeBox give their handlers' types. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression<RawServerDefault>,
  RawReplyDefaultExpression<RawServerDefault>,
  Logger,
  TypeBoxTypeProvider
>;
/**
 * A room adds its routes, each with its full path, its access and the schema of every part (TypeBox, from
 * `@meterhouse/contract`). Runs in a scope of its own, so content type parsers and hooks stay within the room.
 */
export type Routes = (app: App) => void | Promise<void>;
/**
 * Turns the bearer of a request into a caller.
 *
 * @param organisation what the header Meterhouse-Organisation names, by id or by name: the organisation to act in
 * @throws problem `unauthenticated` (401); `forbidden` when the caller may not act there, whether there is such an
 * organisation or not; `organisation-unknown`, to operators only
 */
export type Authenticate = (bearer: string, organisation?: string) => Promise<Caller>;
