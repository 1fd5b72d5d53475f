/** Turns whatever is thrown, or never became a request, into `{"errCode","errMessage"}`. */
import type { Socket } from 'node:net';
import { type AjvFault, describeFaults } from '@meterhouse/contract';
import type { ConnectionError, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MeterError, type MeterErrorCode, ServiceRefusal } from '../identity/index.ts';
import { ControlRefusal, type ControlRefusalCode } from './control.ts';
import { ApiError, type ErrCode, missingKeys } from './errors.ts';

const refusals: Readonly<Record<ControlRefusalCode, ErrCode>> = {
  invalid: 'GW_BAD_REQ_BODY',
  conflict: 'GW_CONFLICT',
  'not-found': 'GW_NOT_FOUND',
  refused: 'GW_SERVICE_REFUSED',
  unavailable: 'GW_UNAVAILABLE',
};

/** What the rooms of the meter say no with, where it is the caller's affair. */
const meterErrors: { readonly [Code in MeterErrorCode]?: ErrCode } = {
  'not-activated': 'GW_CONFLICT',
  'bad-activation-token': 'GW_BAD_REQ_BODY',
  'bad-activation-answer': 'GW_SERVICE_REFUSED',
  'settings-refused': 'GW_BAD_REQ_BODY',
  'settings-changed-meanwhile': 'GW_CONFLICT',
  'no-such-entry': 'GW_NOT_FOUND',
  'report-not-understood': 'GW_BAD_REQ_BODY',
};

/** What the framework calls the faults that it finds itself; its own words may repeat what was sent. */
const frameworkFaults: Readonly<Record<string, readonly [ErrCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['GW_BODY_TOO_LARGE', 'The body is larger than this call takes.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['GW_MEDIA_TYPE', 'This call takes application/json.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['GW_BAD_REQUEST', 'The body is not as long as Content-Length says.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['GW_BAD_REQ_BODY', 'A body of JSON is needed.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['GW_BAD_REQ_BODY', 'The body is not JSON.'],
  FST_ERR_BAD_URL: ['GW_BAD_REQUEST', 'The address cannot be read.'],
  FST_ERR_MAX_PARAM_LENGTH: ['GW_NOT_FOUND', 'Nothing is at this address.'],
};

export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const answer = asApiError(error, request);
    if (answer.errCode === 'GW_INTERNAL')
      request.log.error({ err: error }, 'a request failed in a way nobody foresaw');
    return sendError(answer, request, reply);
  });
}

/** The error behind whatever was thrown. What nobody foresaw tells the caller nothing. */
export function asApiError(error: unknown, request: FastifyRequest): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof ControlRefusal)
    return new ApiError(refusals[error.code], [error.message, ...error.faults].join(' '), { cause: error });
  if (error instanceof MeterError)
    return new ApiError(
      meterErrors[error.code] ?? 'GW_UNAVAILABLE',
      [error.message, ...error.faults].join(' '),
      {
        cause: error,
      },
    );
  if (error instanceof ServiceRefusal)
    return new ApiError('GW_SERVICE_REFUSED', `The service said no: ${error.message}`, { cause: error });
  const { code, statusCode, validation } = error as Partial<FastifyError>;
  if (validation !== undefined) return faultsOf(request);
  const known = code === undefined ? undefined : frameworkFaults[code];
  if (known !== undefined) return new ApiError(...known, { cause: error });
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new ApiError('GW_UNAVAILABLE', 'The disk of the meter is full.', { cause: error });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new ApiError('GW_BAD_REQUEST', 'The request cannot be read.', { cause: error });
  return new ApiError('GW_INTERNAL', 'An error of the meter; its log tells more.', { cause: error });
}

const parts = [
  ['params', (request: FastifyRequest) => request.params],
  ['querystring', (request: FastifyRequest) => request.query],
  ['body', (request: FastifyRequest) => request.body],
] as const;

/** Every fault of every part: the framework itself stops at the first part that has one. */
function faultsOf(request: FastifyRequest): ApiError {
  const faults = parts.flatMap(([part, read]) => {
    const check = request.getValidationFunction(part);
    if (typeof check !== 'function') return [];
    const value = read(request);
    if (check(value === undefined ? null : value)) return [];
    return describeFaults((check.errors ?? []) as readonly AjvFault[]);
  });
  if (faults.some(({ pointer }) => pointer === ''))
    return new ApiError('GW_BAD_REQ_BODY', 'A body of JSON is needed: an object.');
  return missingKeys(
    faults.slice(0, 100).map(({ pointer, message }) => {
      const key = pointer.slice(1).replaceAll('/', '.');
      return message === 'is required' ? { key } : { key, why: message };
    }),
  );
}

export function sendError(error: ApiError, request: FastifyRequest, reply: FastifyReply) {
  reply.removeHeader('content-disposition');
  if (error.statusCode === 401) reply.header('www-authenticate', 'Bearer realm="meterhouse meter"');
  // What is left of the body would be taken for the next request.
  if (!request.raw.complete) reply.header('connection', 'close');
  return reply
    .code(error.statusCode)
    .headers(error.headers)
    .type('application/json; charset=utf-8')
    .serializer((value: unknown) => value as string)
    .send(JSON.stringify({ errCode: error.errCode, errMessage: error.message }));
}

/** 405 with `Allow` where the path is known, else 404; before any body is read. */
export function refuseUnknownPaths(app: FastifyInstance): void {
  const paths = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  app.addHook('onRoute', ({ url, method }) => {
    const known = paths.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const each of [method].flat()) known.methods.add(each);
    paths.set(url, known);
  });
  app.addHook('onRequest', async (request) => {
    if (!request.is404) return;
    const path = request.url.split('?', 1)[0]!;
    const methods = [...paths.values()]
      .filter(({ pattern }) => pattern.test(path))
      .flatMap((known) => [...known.methods]);
    if (methods.length === 0) throw new ApiError('GW_NOT_FOUND', 'Nothing is at this address.');
    const allow = [...new Set(methods)].sort().join(', ');
    throw new ApiError('GW_METHOD_NOT_ALLOWED', `This address takes ${allow}.`, { headers: { allow } });
  });
}

function patternOf(url: string): RegExp {
  const segments = url
    .split('/')
    .map((segment) => (segment.startsWith(':') ? '[^/]+' : RegExp.escape(segment)));
  return new RegExp(`^${segments.join('/')}$`);
}

const clientFaults: Readonly<Record<string, readonly [string, ErrCode, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [
    '408 Request Timeout',
    'GW_REQUEST_TIMEOUT',
    'The request did not arrive in time.',
  ],
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'GW_HEADERS_TOO_LARGE',
    'The headers are too large.',
  ],
};

/** Answers what never became a request: garbage, headers too large, headers too slow. Then the connection ends. */
export function answerClientError(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [status, errCode, errMessage] = clientFaults[error.code] ?? [
    '400 Bad Request',
    'GW_BAD_REQUEST',
    'The request cannot be read.',
  ];
  const body = JSON.stringify({ errCode, errMessage });
  const head = [
    `HTTP/1.1 ${status}`,
    'Content-Type: application/json; charset=utf-8',
    'Cache-Control: no-store',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}
