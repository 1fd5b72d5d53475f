import { Problem, problems } from '@meterhouse/contract';
import Type from 'typebox';
import type { App, DescribedDocument, Routes } from '../platform/http/index.ts';
import { readAssets } from './assets.ts';
import { frontDoor, sendMissing } from './front-door.ts';
import { makeMissingPage, makePages } from './pages.ts';
import { makeCollection } from './postman/index.ts';
import { callingPolicy, type Fixed, fixed, readingPolicy, sendAsset, sendFixed } from './send.ts';

export interface PagesOptions {
  /** What the Postman collection calls by itself. */
  readonly publicUrl: () => string;
}

const page = {
  200: { description: 'A page for people.', content: { 'text/html': { schema: Type.String() } } },
};
const word = (example: string) => Type.String({ pattern: '^[A-Za-z0-9.-]{1,80}$', examples: [example] });

/**
 * The developer pages. They are the same for everybody and say nothing of anybody's data, so they need no token. All of them
 * are made when the service starts; a page for people stays out of the OpenAPI document, save those that problems name.
 */
export function pagesRoutes({ publicUrl }: PagesOptions): Routes {
  return (app) => {
    const assets = readAssets();
    const pages = makePages(assets);
    const missing = makeMissingPage(assets);
    const byAddress = new Map(Object.values(assets).map((asset) => [asset.address, asset]));

    for (const [address, html] of pages) {
      if (address.startsWith('/docs/problems/')) continue;
      const what = fixed(html);
      const csp = address === '/docs/reference' ? callingPolicy : readingPolicy;
      const summary = `Developer page ${address}`;
      app.get(
        address,
        {
          config: { access: 'public' },
          schema: { summary, tags: ['documentation'], hide: true, response: page },
        },
        async (request, reply) => sendFixed(request, reply, what, csp),
      );
    }

    app.get(
      '/docs/assets/:file',
      {
        config: { access: 'public' },
        schema: {
          summary: 'A script or style sheet of the developer pages',
          tags: ['documentation'],
          hide: true,
          params: Type.Object({ file: word('pages-1f0c2b3a4d5e.css') }, { additionalProperties: false }),
          response: { 200: { description: 'The file.', content: { 'text/css': { schema: Type.String() } } } },
        },
      },
      async (request, reply) => {
        const asset = byAddress.get(`/docs/assets/${request.params.file}`);
        if (asset === undefined) throw new Problem('not-found', { detail: 'The pages have no such file.' });
        return sendAsset(request, reply, asset);
      },
    );

    problemPages(app, pages, missing);
    frontDoor(app, missing);
    postmanCollection(app, publicUrl);
  };
}

/** Every problem's `type` is the address of its page here. */
function problemPages(app: App, pages: ReadonlyMap<string, string>, missing: string): void {
  const known = new Map(
    Object.keys(problems).map((code) => [code, fixed(pages.get(`/docs/problems/${code}`) ?? '')]),
  );
  app.get(
    '/docs/problems/:code',
    {
      config: {
        access: 'public',
        answerHeaders: { ETag: 'Names this text; send it back as `If-None-Match`.' },
      },
      schema: {
        operationId: 'getProblemPage',
        summary: 'What a problem means and what to do about it',
        tags: ['documentation'],
        params: Type.Object(
          { code: Type.String({ description: 'The `code` of a problem.', examples: ['not-found'] }) },
          { additionalProperties: false },
        ),
        response: page,
      },
    },
    async (request, reply) => {
      const what = known.get(request.params.code);
      if (what === undefined) return sendMissing(request, reply, missing, 'No problem has this code.');
      return sendFixed(request, reply, what, readingPolicy);
    },
  );
}

function postmanCollection(app: App, publicUrl: () => string): void {
  let what: Fixed | undefined;
  app.get(
    '/docs/postman.json',
    {
      config: {
        access: 'public',
        answerHeaders: {
          ETag: 'Names this text; send it back as `If-None-Match`.',
          'Content-Disposition': 'A file name to keep it by.',
        },
      },
      schema: {
        operationId: 'getPostmanCollection',
        summary: 'Every call as a Postman collection (format 2.1)',
        description:
          'Import it, set `apiToken`, and run "Exchange an API token" first: its script keeps the access token for the others.',
        tags: ['documentation'],
        response: {
          200: {
            description: 'The collection, with `baseUrl` set to this service.',
            content: { 'application/json': { schema: Type.Object({}, { additionalProperties: true }) } },
          },
        },
      },
    },
    async (request, reply) => {
      what ??= fixed(
        `${JSON.stringify(makeCollection(app.swagger() as unknown as DescribedDocument, publicUrl()), undefined, 2)}\n`,
        'application/json; charset=utf-8',
      );
      reply.header('content-disposition', 'attachment; filename="meterhouse.postman_collection.json"');
      return sendFixed(request, reply, what, "default-src 'none';frame-ancestors 'none'");
    },
  );
}
