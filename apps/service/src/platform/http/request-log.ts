import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';

/**
 * One line a request, when it is answered. The query string never gets there: scripts put tokens into it, and a report's
 * reference is as good as the report.
 */
export class RequestLog extends LogController {
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
      method: request.method,
      path: pathOf(request.url),
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime * 10) / 10,
      ...(request.caller === undefined
        ? {}
        : { actor: request.caller.actor, organisation: request.caller.organisationId }),
      ...(error ? { err: error } : {}),
    };
    if (error) request.log.error(line, 'request failed');
    else request.log.info(line, 'request');
  }
}

/** A request's address without its query. */
export function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
