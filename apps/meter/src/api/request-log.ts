import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';

/** One line a request, when it is answered. The route's pattern stands for its address: nothing that a caller chose is logged. */
export class RequestLog extends LogController {
  override incomingRequest(): void {}

  override routeNotFound(): void {}

  override requestCompleted(
    error: Error | null | undefined,
    { method, routeOptions, server }: FastifyRequest,
    { statusCode, elapsedTime }: FastifyReply,
  ): void {
    const line = {
      method,
      route: routeOptions.url ?? 'none',
      status: statusCode,
      milliseconds: Math.round(elapsedTime * 10) / 10,
    };
    if (error) server.log.error({ ...line, err: error }, 'request failed');
    else server.log.info(line, 'request');
  }
}
