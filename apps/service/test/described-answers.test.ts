import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { DescribedDocument } from '../src/platform/http/index.ts';
import { describedAnswers } from './described-answers.ts';

const file = new URL('../../../docs/openapi.json', import.meta.url);
const isDescribed = describedAnswers(JSON.parse(readFileSync(file, 'utf8')) as DescribedDocument);
const month = '/usage/api/v1/reports/2023/1';
const registration = '/usage/api/v1/agent-registrations/88531d1c-296e-4b47-8431-c0e8182148e7';
const problem = {
  type: 'https://x.example/docs/problems/not-found',
  title: 'x',
  status: 401,
  code: 'unauthenticated',
};

const answer = (status: number, json: unknown, headers: Record<string, string> = {}) => ({
  status,
  headers: new Headers({ 'content-type': 'application/json', ...headers }),
  text: JSON.stringify(json),
  json,
});
const asProblem = { 'content-type': 'application/problem+json' };

test('answers as the document describes them pass, and calls that it does not speak of', () => {
  isDescribed('GET', month, answer(200, {}, { 'meterhouse-renewal': 'current' }));
  isDescribed('GET', registration, answer(200, { contractNumber: '1012345' }));
  isDescribed('GET', month, answer(401, problem, asProblem));
  isDescribed('GET', '/no/such', answer(418, {}));
});

test('a status, a body, a media type or a telling header that is not described is a fault', () => {
  const faulty: Record<string, [string, ReturnType<typeof answer>]> = {
    status: [month, answer(418, {})],
    'type of a field': [registration, answer(200, { contractNumber: 7 })],
    'further field': [registration, answer(200, { contractNumber: '7', more: 1 })],
    'missing field': [registration, answer(200, {})],
    'media type': [month, answer(200, {}, { 'content-type': 'text/html' })],
    header: [month, answer(200, {}, { etag: '"x"' })],
    problem: [month, answer(401, { ...problem, status: '401' }, asProblem)],
  };
  for (const [what, [path, given]] of Object.entries(faulty))
    assert.throws(() => isDescribed('GET', path, given), /does not describe/, what);
});
