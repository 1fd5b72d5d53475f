import { Problem } from '@meterhouse/contract';
import { pathOf } from './request-log.ts';
import type { App } from './types.ts';

/** Answers what no route answers: 405 with `Allow` where the path is known, else 404; before any body is read. */
export function refuseUnknownPaths(app: App): void {
  const paths = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  app.addHook('onRoute', ({ url, method }) => {
    const known = paths.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const each of [method].flat()) known.methods.add(each);
    paths.set(url, known);
  });
  const allowed = (path: string) => {
    const methods = [...paths.values()]
      .filter(({ pattern }) => pattern.test(path))
      .flatMap((known) => [...known.methods]);
    return [...new Set(methods)].sort();
  };

  app.addHook('onRequest', (request, _reply, done) => {
    if (!request.is404) return done();
    const methods = allowed(pathOf(request.url));
    if (methods.length === 0)
      throw new Problem('not-found', { detail: 'No route answers this path; /openapi.json lists them all.' });
    throw new Problem('method-not-allowed', {
      detail: `It takes ${methods.join(', ')}.`,
      headers: { Allow: methods.join(', ') },
    });
  });
}

function patternOf(url: string): RegExp {
  const segments = url.split('/').map((segment) => {
    if (segment.startsWith(':')) return '[^/]+';
    return segment === '*' ? '.*' : RegExp.escape(segment);
  });
  return new RegExp(`^${segments.join('/')}$`);
}
