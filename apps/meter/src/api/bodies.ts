import { Transform } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { ApiError } from './errors.ts';

const IDLE_SECONDS = 10;
const USUAL_SECONDS = 30;
/** Of reports, as long as they move. */
const UPLOAD_SECONDS = 3600;
const UPLOADS: ReadonlySet<string | undefined> = new Set(['/api/v1/deanonymize']);

/**
 * How bodies come in: JSON is parsed strictly and never coerced, another type is 415, an empty body of any type is none, and one
 * that stalls is cut with 408 and its connection closed.
 */
export function takeBodies(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    const { headers } = request.raw;
    const empty = headers['content-length'] === undefined || headers['content-length'] === '0';
    // An empty body has no type worth checking, whatever the client says it is.
    if (empty && headers['transfer-encoding'] === undefined) delete headers['content-type'];
  });

  app.addHook('preParsing', async (request, reply, payload) => {
    if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined)
      return payload;
    const guard = withinTime(UPLOADS.has(request.routeOptions.url) ? UPLOAD_SECONDS : USUAL_SECONDS);
    // Who reads the body hears of its end; when the answer went out before, nobody does.
    guard.on('error', () => {});
    reply.raw.once('close', () => guard.destroy());
    payload.on('error', (error) => guard.destroy(error));
    payload.on('aborted', () => guard.destroy(new ApiError('GW_BAD_REQUEST', 'The body ended early.')));
    return payload.pipe(guard);
  });

  const parseStrictly = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') return done(null, undefined);
    parseStrictly(request, body as string, done);
  });
}

/** Passes a body on and fails with 408 when its pieces stop coming or it lasts too long. */
function withinTime(seconds: number): Transform {
  const late = (message: string) => () => guard.destroy(new ApiError('GW_REQUEST_TIMEOUT', message));
  let idle: NodeJS.Timeout;
  const guard = new Transform({
    transform(piece, _encoding, done) {
      idle.refresh();
      done(null, piece);
    },
    destroy(error, done) {
      clearTimeout(idle);
      clearTimeout(total);
      done(error);
    },
  });
  idle = setTimeout(function stalled() {
    // Pieces that wait for us are not the client's delay.
    if (guard.readableLength > 0) idle.refresh();
    else late(`Nothing of the body came for ${IDLE_SECONDS} s.`)();
  }, IDLE_SECONDS * 1000);
  const total = setTimeout(late(`The body was not complete after ${seconds} s.`), seconds * 1000);
  return guard;
}
