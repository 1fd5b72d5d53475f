import { readFileSync } from 'node:fs';

interface Operation {
  readonly operationId?: string;
  readonly tags?: readonly string[];
}

/** Where in the reference a call such as `GET /api/v1/quotas` opens; undefined when the service has no such call. */
export type CallTo = (call: string) => string | undefined;

/** Reads the OpenAPI document of the release, once: a call is found with its placeholders, with values, or with a query. */
export function readCalls(): CallTo {
  const document = JSON.parse(
    readFileSync(new URL('../../../../docs/openapi.json', import.meta.url), 'utf8'),
  ) as { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> };
  const known = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId = '', tags: [tag = ''] = [] }]) => ({
      pattern: patternOf(method.toUpperCase(), path),
      address: `/docs/reference#/${tag}/${operationId}`,
    })),
  );
  return (call) => {
    if (!/^(?:GET|POST|PUT|PATCH|DELETE) \/\S+$/.test(call)) return undefined;
    const [asked = ''] = call.split('?');
    return known.find(({ pattern }) => pattern.test(asked))?.address;
  };
}

function patternOf(method: string, path: string): RegExp {
  const segments = path
    .split('/')
    .map((segment) => (segment.startsWith('{') ? '[^/]+' : RegExp.escape(segment)));
  return new RegExp(`^${method} ${segments.join('/')}$`);
}
