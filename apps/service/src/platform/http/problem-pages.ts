import { readdirSync, readFileSync } from 'node:fs';
import { Problem, problems } from '@meterhouse/contract';
import { marked } from 'marked';
import Type from 'typebox';
import type { Routes } from './types.ts';

const folder = new URL('../../../../../docs/problems/', import.meta.url);

/** The pages of `docs/problems`, by code, as Markdown. */
export function readProblemPages(): ReadonlyMap<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.md'));
  return new Map(names.map((name) => [name.slice(0, -3), readFileSync(new URL(name, folder), 'utf8')]));
}

/** Every problem's `type` is the address of its page here. */
export const problemPageRoutes: Routes = (app) => {
  const pages = readProblemPages();
  app.get(
    '/docs/problems/:code',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getProblemPage',
        summary: 'What a problem means and what to do about it',
        tags: ['documentation'],
        params: Type.Object(
          { code: Type.String({ examples: ['not-found'] }) },
          { additionalProperties: false },
        ),
        response: {
          200: { description: 'A page for people.', content: { 'text/html': { schema: Type.String() } } },
        },
      },
    },
    async (request, reply) => {
      const { code } = request.params;
      const page = pages.get(code);
      if (page === undefined || !Object.hasOwn(problems, code))
        throw new Problem('not-found', { detail: 'No problem has this code.' });
      reply.type('text/html; charset=utf-8').header('cache-control', 'public, max-age=3600');
      const body = await marked(page);
      return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${code} - Meterhouse</title>\n${body}</html>\n`;
    },
  );
};
