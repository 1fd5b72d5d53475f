import type { DescribedDocument, DescribedOperation, DescribedParameter } from '../../platform/http/index.ts';
import type { Collection, Item, Request } from './collection.ts';
import { keepAnswers, remembered } from './keep-answers.ts';

/** The call that hands out access tokens. */
const exchange = 'exchangeApiToken';

/**
 * The OpenAPI document as a Postman collection, format 2.1: a folder for each tag, a request for each operation, filled in with
 * the document's examples. `baseUrl`, the tokens and what calls have in common are its variables; the token
 * exchange has a script that keeps the access token for all the others, and lists have one that keeps what they found first. The same document gives the same text.
 */
export function makeCollection(document: DescribedDocument, baseUrl: string): Collection {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => method !== 'head')
      .map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const folders = (document.tags ?? []).map(({ name, description }) => ({
    name,
    ...(description === undefined ? {} : { description }),
    item: operations
      .filter(({ operation }) => operation.tags?.[0] === name)
      .map(({ path, method, operation }) => itemOf(path, method, operation)),
  }));
  return {
    info: {
      name: document.info.title,
      description: `${document.info.description ?? ''}\n\nSet \`apiToken\` and run "${summaryOf(operations, exchange)}" first: its script keeps the access token. Keep \`apiToken\` as a secret of your own environment rather than in a collection that you share.`,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{accessToken}}', type: 'string' }] },
    variable: [
      { key: 'baseUrl', value: baseUrl, type: 'string' },
      { key: 'apiToken', value: '', type: 'secret' },
      { key: 'accessToken', value: '', type: 'secret' },
      ...remembered.map(({ key, example }) => ({ key, value: example, type: 'string' as const })),
    ],
    item: folders.filter(({ item }) => item.length > 0),
  };
}

function summaryOf(operations: readonly { operation: DescribedOperation }[], id: string): string {
  return operations.find(({ operation }) => operation.operationId === id)?.operation.summary ?? id;
}

function itemOf(path: string, method: string, operation: DescribedOperation): Item {
  const { operationId, summary, description, security = [] } = operation;
  const request: Request = {
    method,
    ...(security.length === 0 ? { auth: { type: 'noauth' } } : {}),
    header: headersOf(operation),
    url: urlOf(path, operation.parameters ?? []),
    ...bodyOf(operation),
    ...(description === undefined ? {} : { description }),
  };
  const name = summary ?? `${method} ${path}`;
  const exec = keepAnswers[operationId ?? ''];
  if (exec === undefined) return { name, request };
  return { name, request, event: [{ listen: 'test', script: { type: 'text/javascript', exec } }] };
}

function urlOf(path: string, parameters: readonly DescribedParameter[]): Request['url'] {
  const segments = path
    .slice(1)
    .replaceAll(/\{(\w+)\}/g, ':$1')
    .split('/');
  const at = (place: string) => parameters.filter((parameter) => parameter.in === place);
  const query = at('query').map((parameter) => ({
    ...rememberedValue(parameter),
    ...(parameter.required ? {} : { disabled: true }),
  }));
  const asked = query.filter((one) => !('disabled' in one)).map(({ key, value }) => `${key}=${value}`);
  return {
    raw: `{{baseUrl}}/${segments.join('/')}${asked.length > 0 ? `?${asked.join('&')}` : ''}`,
    host: ['{{baseUrl}}'],
    path: segments,
    ...(query.length > 0 ? { query } : {}),
    ...(at('path').length > 0 ? { variable: at('path').map(rememberedValue) } : {}),
  };
}

function rememberedValue(parameter: DescribedParameter) {
  const known = parameter.required === true && remembered.some(({ key }) => key === parameter.name);
  return { ...exampleValue(parameter), ...(known && { value: `{{${parameter.name}}}` }) };
}

/** As RFCs write it: `Idempotency-Key`, `ETag` aside, which no request sends. */
function canonical(header: string): string {
  return header.replaceAll(/(?<![a-z])[a-z]/g, (letter) => letter.toUpperCase());
}

function exampleValue({ name, description, example = '' }: DescribedParameter) {
  return { key: name, value: String(example), ...(description === undefined ? {} : { description }) };
}

function headersOf({ parameters = [], responses, requestBody }: DescribedOperation): Request['header'] {
  const [sent] = Object.keys(requestBody?.content ?? {});
  const [answered] = Object.keys(responses['200']?.content ?? {});
  const own = parameters
    .filter((parameter) => parameter.in === 'header')
    .map((parameter) => ({
      ...exampleValue(parameter),
      key: canonical(parameter.name),
      ...(parameter.required ? {} : { disabled: true }),
    }));
  return [
    ...(sent === undefined ? [] : [{ key: 'Content-Type', value: sent }]),
    ...(answered === undefined ? [] : [{ key: 'Accept', value: answered }]),
    ...own,
  ];
}

function bodyOf({ operationId, requestBody }: DescribedOperation): Pick<Request, 'body'> {
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  if (type === undefined) return {};
  if (type === 'application/x-www-form-urlencoded') {
    // The document shows every field; the gateway takes one token.
    const fields = operationId === exchange ? { refresh_token: '{{apiToken}}' } : (media?.example ?? {});
    const urlencoded = Object.entries(fields).map(([key, value]) => ({
      key,
      value: String(value),
      type: 'text',
    }));
    return { body: { mode: 'urlencoded', urlencoded } };
  }
  if (!type.endsWith('json')) return { body: { mode: 'file', file: { src: '' } } };
  const raw = JSON.stringify(media?.example ?? {}, undefined, 2);
  return { body: { mode: 'raw', raw, options: { raw: { language: 'json' } } } };
}
