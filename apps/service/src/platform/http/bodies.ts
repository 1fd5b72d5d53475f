import { Transform } from 'node:stream';
import { Problem } from '@meterhouse/contract';
import { type ParseError, visit } from 'jsonc-parser';
import type { App, BodyTime } from './types.ts';

/** A small JSON body comes at once; who needs longer holds a connection for nothing. */
const smallBody: BodyTime = { idleSeconds: 10, totalSeconds: 30 };

/**
 * How bodies come in: JSON is parsed strictly and never coerced, an empty body of any type is `undefined`, another type is
 * 415, and a body that stalls is cut with 408 and its connection closed.
 */
export function takeBodies(app: App): void {
  // An empty body has no type worth checking, whatever the client says it is.
  app.addHook('onRequest', async (request) => {
    const { headers } = request.raw;
    const empty = headers['content-length'] === undefined || headers['content-length'] === '0';
    if (empty && headers['transfer-encoding'] === undefined) delete headers['content-type'];
    // Of a chunked body nobody knows yet whether it is empty; the framework would refuse what is no type before it looks.
    else if (request.routeOptions.config?.body === 'none' && !isMediaType(headers['content-type']))
      headers['content-type'] = 'application/octet-stream';
  });

  app.addHook('preParsing', async (request, reply, payload) => {
    if (request.headers['content-type'] === undefined && request.headers['content-length'] === undefined)
      if (request.headers['transfer-encoding'] === undefined) return payload;
    const guard = withinTime(request.routeOptions.config.bodyTime ?? smallBody);
    // Who reads the body hears of its end; when the answer went out before, nobody does.
    guard.on('error', () => {});
    reply.raw.once('close', () => guard.destroy());
    payload.on('error', (error) => guard.destroy(error));
    payload.on('aborted', () =>
      guard.destroy(new Problem('malformed-request', { detail: 'The body ended early.' })),
    );
    return payload.pipe(guard);
  });

  const parseStrictly = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = body.toString();
    if (text === '') return done(null, undefined);
    parseStrictly(request, text, (error, value) => done(error ? jsonProblem(text) : null, value));
  });
  app.addContentTypeParser('*', async (_request: unknown, payload: AsyncIterable<Buffer>) => {
    for await (const piece of payload) if (piece.length > 0) throw new Problem('unsupported-media-type');
    return undefined;
  });
}

const isMediaType = (type = '') => /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+ *(;|$)/.test(type);

/** Says where the text stops being JSON, without repeating any of it. */
function jsonProblem(text: string): Problem {
  let place: { line: number; column: number } | undefined;
  visit(
    text,
    {
      onError(_error: ParseError['error'], _offset, _length, line, column) {
        place ??= { line: line + 1, column: column + 1 };
      },
    },
    { disallowComments: true },
  );
  if (place === undefined)
    return new Problem('invalid-request', {
      errors: [{ pointer: '', message: 'must not use the field names __proto__ or constructor' }],
    });
  const { line, column } = place;
  return new Problem('malformed-json', {
    detail: `The body stops being JSON at line ${line}, column ${column}.`,
    members: { line, column },
  });
}

/** Passes a body on and fails with `request-timeout` when its pieces stop coming or it lasts too long. */
function withinTime({ idleSeconds, totalSeconds }: BodyTime): Transform {
  const late = (detail: string) => () => guard.destroy(new Problem('request-timeout', { detail }));
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
    else late(`Nothing of the body came for ${idleSeconds} s.`)();
  }, idleSeconds * 1000);
  const total = setTimeout(late(`The body was not complete after ${totalSeconds} s.`), totalSeconds * 1000);
  return guard;
}
