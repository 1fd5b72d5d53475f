import assert from 'node:assert/strict';
import { problems } from '@meterhouse/contract';
import type { Answer, House } from './house.ts';

/** One operation of the OpenAPI document: `GET /usage/api/v1/reports/{year}/{month}`. */
export interface Operation {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** Anybody may call it. */
  readonly open: boolean;
  /** The least role of people and API tokens. */
  readonly least: string | undefined;
  /** The meter itself may, too. */
  readonly forMeters: boolean;
  readonly statuses: readonly string[];
  /** Names of what its query takes. */
  readonly query: readonly string[];
}

/** What the document says there is; HEAD is left out, as it is GET without the body. */
export async function readOperations(house: Pick<House, 'call'>): Promise<readonly Operation[]> {
  const { json } = await house.call('GET', '/openapi.json');
  type Described = {
    security?: object[];
    responses: object;
    parameters?: { in: string; name: string }[];
    description?: string;
  };
  const paths = Object.entries(json.paths as Record<string, Record<string, Described>>);
  return paths.flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => method !== 'head')
      .map(([method, { security, responses, parameters = [], description = '' }]) => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        open: (security ?? []).length === 0 || security!.some((one) => Object.keys(one).length === 0),
        least: /Who: (?:the meter itself, or a )?(\w+) and above/.exec(description)?.[1],
        forMeters: description.includes('Who: the meter itself'),
        statuses: Object.keys(responses),
        query: parameters.filter((one) => one.in === 'query').map(({ name }) => name),
      })),
  );
}

/** Holds an answer to the document: a status that it names, or a problem of the catalogue in the shape of its path. */
export function isAsDescribed(
  operation: Pick<Operation, 'path' | 'statuses'>,
  answer: Answer,
  told: string,
): void {
  const { status, text } = answer;
  assert.ok(status < 500 || status === 503 || status === 507, `${told}: ${status} ${text}`);
  assert.ok(answer.headers.get('x-request-id'), `${told}: no request id`);
  if (operation.statuses.includes(String(status))) return;
  isProblem(operation.path, answer, told);
}

/** Holds a refusal to its shape: that of the gateway, of the token endpoint, else RFC 9457 with all that we promise. */
export function isProblem(path: string, { status, json, headers, text }: Answer, told: string): void {
  assert.ok(status >= 400, `${told}: ${status} is not in the description`);
  assert.ok(json !== undefined, `${told}: ${status} without JSON: ${text}`);
  if (path.startsWith('/csp/')) {
    assert.deepEqual(
      Object.keys(json),
      ['errorCode', 'message', 'moduleCode', 'statusCode', 'requestId'],
      told,
    );
    assert.equal(json.statusCode, status, told);
    return;
  }
  if (path === '/oauth2/token') {
    assert.deepEqual(Object.keys(json), ['error', 'error_description'], told);
    return;
  }
  assert.equal(headers.get('content-type'), 'application/problem+json', told);
  const { code, title, type } = json;
  assert.ok(Object.hasOwn(problems, code), `${told}: ${text}`);
  const known = problems[code as keyof typeof problems];
  assert.equal(status, known.status, told);
  assert.equal(json.status, status, told);
  assert.equal(title, known.title, told);
  assert.equal(new URL(type).pathname, `/docs/problems/${code}`, told);
  assert.equal(json.requestId, headers.get('x-request-id'), told);
  for (const { pointer, message } of json.errors ?? [])
    assert.ok(typeof pointer === 'string' && typeof message === 'string', told);
}
