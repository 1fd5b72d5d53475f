import { CallHeaders, ChangeHeaders } from '@meterhouse/contract';
import Type from 'typebox';
import type { App } from './types.ts';

/** Own paths refuse what they do not know; the compatible ones ignore it, as their clients send more than is documented. */
const isOwn = (url: string) => url.startsWith('/api/v1/');
const noQuery = Type.Object({}, { additionalProperties: false });
const anyQuery = Type.Object({}, { additionalProperties: true });

/**
 * Holds every route to the house rules when it is added, so that a forgotten access or schema stops the start and not a
 * bill: access stated, every part of the request and the answers described, unknown fields decided.
 */
export function ruleRoutes(app: App): void {
  app.addHook('onRoute', (route) => {
    if (route.method === 'HEAD') return;
    const name = `${String(route.method)} ${route.url}`;
    const { config, schema } = route;
    const missing: string[] = [];
    if (config?.access === undefined) missing.push('config.access');
    if (schema?.summary === undefined) missing.push('schema.summary');
    if (schema?.tags === undefined) missing.push('schema.tags');
    if (schema?.response === undefined) missing.push('schema.response');
    if (route.url.includes(':') && schema?.params === undefined) missing.push('schema.params');
    const takesBody = [route.method].flat().some((method) => /^(POST|PUT|PATCH)$/.test(method));
    if (takesBody && schema?.body === undefined && config?.body === undefined)
      missing.push('schema.body or config.body');
    for (const part of ['body', 'querystring'] as const)
      if (leavesUnknownOpen(schema?.[part])) missing.push(`additionalProperties of schema.${part}`);
    if (missing.length > 0) throw new Error(`${name} must state ${missing.join(', ')}`);

    if (isOwn(route.url)) route.schema = { querystring: noQuery, ...schema };
    if (config?.access !== 'public' && schema?.hide !== true) {
      const makesChange = isOwn(route.url) && /^(POST|PUT|PATCH|DELETE)$/.test(String(route.method));
      route.schema = { headers: makesChange ? ChangeHeaders : CallHeaders, ...route.schema };
    }
    for (const alias of config?.alsoAt ?? [])
      app.route({
        ...route,
        url: alias,
        config: { ...route.config, access: route.config!.access, alsoAt: [] },
        schema: { querystring: anyQuery, ...schema, hide: true },
      });
  });
}

/** An object schema that says nothing of unknown fields. */
function leavesUnknownOpen(schema: unknown): boolean {
  const object = schema as { type?: unknown; additionalProperties?: unknown } | undefined;
  return object?.type === 'object' && object.additionalProperties === undefined;
}
