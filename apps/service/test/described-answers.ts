import assert from 'node:assert/strict';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { DescribedAnswer, DescribedDocument, DescribedOperation } from '../src/platform/http/index.ts';
import type { Answer } from './house.ts';

/** Headers that tell a caller what to do: an answer that carries one without saying so in the document is a fault. */
const telling =
  /^(retry-after|location|etag|content-disposition|repr-digest|accept-ranges|content-range|agent-registration-.*|meterhouse-.*|idempotency-.*)$/;

/**
 * Holds answers to the OpenAPI document: the status, the media type, the headers and the body of each must be described. Calls
 * that no operation describes (unknown paths and methods, other spellings of a path, pages for people) are let by.
 */
export function describedAnswers(document: DescribedDocument) {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema({ ...document, $id: 'openapi' }, 'openapi');
  const operations = Object.entries(document.paths).map(([path, methods]) => ({
    path,
    methods,
    pattern: new RegExp(`^${path.replaceAll(/[.]/g, '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    // `/reports/{year}` must not take what `/reports/latest` describes.
    parameters: path.split('{').length,
  }));
  operations.sort((a, b) => a.parameters - b.parameters);
  const validators = new Map<string, ValidateFunction>();

  const pointerTo = (...steps: string[]) =>
    `openapi#/${steps.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
  const validatorOf = (pointer: string) => {
    const known = validators.get(pointer) ?? ajv.compile({ $ref: pointer });
    validators.set(pointer, known);
    return known;
  };

  return (method: string, address: string, answer: Answer): void => {
    const path = address.split('?')[0]!;
    const found = operations.find(
      ({ pattern, methods }) => pattern.test(path) && methods[method.toLowerCase()],
    );
    if (found === undefined) return;
    const operation: DescribedOperation = found.methods[method.toLowerCase()]!;
    const told = `${method} ${found.path} answered ${answer.status}, which docs/openapi.json does not describe`;
    const { described, at } = resolve(operation.responses[String(answer.status)], [
      'paths',
      found.path,
      method.toLowerCase(),
      'responses',
      String(answer.status),
    ]);
    assert.ok(described, `${told}: ${answer.text.slice(0, 300)}`);

    for (const [name] of answer.headers)
      if (telling.test(name))
        assert.ok(
          Object.keys(described.headers ?? {}).some((known) => known.toLowerCase() === name),
          `${told}: header ${name}`,
        );
    for (const [name, header] of Object.entries(described.headers ?? {}))
      if (header.required === true) assert.ok(answer.headers.has(name), `${told}: no header ${name}`);

    const type = (answer.headers.get('content-type') ?? '').split(';')[0]!;
    const content = described.content ?? {};
    if (answer.text === '') return;
    assert.ok(Object.hasOwn(content, type), `${told}: media type ${type || 'none'}`);
    if (answer.json === undefined || content[type]?.schema === undefined) return;
    const validate = validatorOf(pointerTo(...at, 'content', type, 'schema'));
    assert.ok(
      validate(answer.json),
      `${told}: ${ajv.errorsText(validate.errors)} in ${answer.text.slice(0, 600)}`,
    );
  };

  /** Answers that are alike stand once, in the components. */
  function resolve(
    answer: DescribedAnswer | undefined,
    at: string[],
  ): { described?: DescribedAnswer; at: string[] } {
    const reference = answer?.$ref as string | undefined;
    if (reference === undefined) return { ...(answer && { described: answer }), at };
    const name = reference.split('/').at(-1)!;
    const { responses } = document.components as { responses: Readonly<Record<string, DescribedAnswer>> };
    return { ...(responses[name] && { described: responses[name] }), at: ['components', 'responses', name] };
  }
}
