import { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { isNoToken } from './no-token.ts';

/** What the line of a request that was answered says; no other line says it. */
export const REQUEST_LINE = 'request';

/**
 * One line a request, when it is answered. The query string never gets there: scripts put tokens into it, and a report's
 * reference is as good as the report.
 */
export class RequestLog extends LogController {
  /** Looks for no secrets: every member of a line is made here, and the search takes longer than writing the line. */
  #plain: FastifyBaseLogger | undefined;

  constructor() {
    super({ requestIdLogLabel: 'requestId' });
  }
  override incomingRequest(): void {}

  override routeNotFound(): void {}

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    const line = {
      requestId: request.id,
      method: request.method,
      path: tellable(request),
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime * 10) / 10,
      ...(request.caller === undefined
        ? {}
        : { actor: request.caller.actor, organisation: request.caller.organisationId }),
    };
    if (error) request.server.log.error({ ...line, err: error }, 'request failed');
    else this.#logger(request).info(line, REQUEST_LINE);
  }

  #logger({ server }: FastifyRequest): FastifyBaseLogger {
    this.#plain ??= server.log.child({}, { redact: [] });
    return this.#plain;
  }
}

/**
 * The path as the log may hold it. A person who puts a token where an id belongs must not find it there: of what the caller
 * chose only UUIDs and short words are told, an unknown path by its words alone.
 */
function tellable({ url, routeOptions }: FastifyRequest): string {
  const pattern = routeOptions.url?.split('/') ?? [];
  return pathOf(url)
    .split('/')
    .map((word, index) => (word === '' || word === pattern[index] || isNoToken(word) ? word : '…'))
    .join('/');
}

/** A request's address without its query. */
export function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
