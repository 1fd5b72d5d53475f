import type { FastifyBaseLogger } from 'fastify';

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
type Bindings = Parameters<FastifyBaseLogger['child']>[0];
type Options = Parameters<FastifyBaseLogger['child']>[1];

/**
 * A request's own logger: its lines carry the request's id. Most requests have nothing to say, and a child of the log costs
 * more than their line at the end, as its bindings are searched for secrets; so it is made when a request first speaks.
 */
export class RequestLogger implements FastifyBaseLogger {
  readonly #log: FastifyBaseLogger;
  readonly #bindings: Bindings;
  readonly #options: Options;
  #own: FastifyBaseLogger | undefined;

  constructor(log: FastifyBaseLogger, bindings: Bindings, options: Options) {
    this.#log = log;
    this.#bindings = bindings;
    this.#options = options;
  }

  get level(): string {
    return this.#log.level;
  }
  fatal(...said: unknown[]): void {
    this.#say('fatal', said);
  }
  error(...said: unknown[]): void {
    this.#say('error', said);
  }
  warn(...said: unknown[]): void {
    this.#say('warn', said);
  }
  info(...said: unknown[]): void {
    this.#say('info', said);
  }
  debug(...said: unknown[]): void {
    this.#say('debug', said);
  }
  trace(...said: unknown[]): void {
    this.#say('trace', said);
  }
  silent(...said: unknown[]): void {
    this.#say('silent', said);
  }
  child(bindings: Bindings, options?: Options): FastifyBaseLogger {
    return this.#child().child(bindings, options);
  }

  #say(level: Level, said: unknown[]): void {
    const own = this.#child();
    Reflect.apply(own[level], own, said);
  }
  #child(): FastifyBaseLogger {
    this.#own ??= this.#log.child(this.#bindings, this.#options);
    return this.#own;
  }
}
