import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '@meterhouse/contract';
import { type ParseError, visit } from 'jsonc-parser';
import { expectWithinTime, passWithinTime } from './body-time.ts';
import type { App, BodyTime } from './types.ts';

/** A small JSON body comes at once; who needs longer holds a connection for nothing. */
const smallBody: BodyTime = { idleSeconds: 10, totalSeconds: 30 };

/**
 * How bodies come in: JSON is parsed strictly and never coerced, an empty body of any type is `undefined`, another type is
 * 415, and a body that stalls is cut with 408 and its connection closed.
 */
export function takeBodies(app: App): void {
  // An empty body has no type worth checking, whatever the client says it is.
  app.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request.raw;
    const empty = headers['content-length'] === undefined || headers['content-length'] === '0';
    if (empty && headers['transfer-encoding'] === undefined) delete headers['content-type'];
    // Of a chunked body nobody knows yet whether it is empty; the framework would refuse what is no type before it looks.
    else if (request.routeOptions.config?.body === 'none' && !isMediaType(headers['content-type']))
      headers['content-type'] = 'application/octet-stream';
    done();
  });

  app.addHook('preParsing', (request, reply, payload, done) => {
    const { body, bodyTime = smallBody } = request.routeOptions.config;
    if (isAbsent(request.headers)) return done(null, payload);
    if (body === 'stream') return done(null, passWithinTime(payload, reply, bodyTime));
    if (!request.raw.complete) expectWithinTime(request.raw, bodyTime);
    done(null, payload);
  });

  const parseStrictly = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = body.toString();
    if (text === '') return done(null, undefined);
    parseStrictly(request, text, (error, value) => done(error ? jsonProblem(text) : null, value));
  });
  app.addContentTypeParser('*', (_request, payload, done) => {
    let decided = false;
    const decide = (problem: Error | null) => {
      if (!decided) done(problem, undefined);
      decided = true;
    };
    payload.on('data', (piece: Buffer) => {
      if (piece.length > 0) decide(new Problem('unsupported-media-type'));
    });
    payload.on('end', () => decide(null));
    payload.on('error', decide);
  });
}

/** Without these there is no body, whatever the method. */
function isAbsent(headers: IncomingHttpHeaders): boolean {
  if (headers['content-type'] !== undefined || headers['content-length'] !== undefined) return false;
  return headers['transfer-encoding'] === undefined;
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
