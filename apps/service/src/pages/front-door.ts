import { Problem } from '@meterhouse/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { App } from '../platform/http/index.ts';
import { readingPolicy } from './send.ts';

const tags = ['documentation'];

/**
 * For whoever types an address: `/` leads a browser to the pages, and what the pages do not have is told on a page. To programs
 * both are the problem that they were.
 */
export function frontDoor(app: App, missing: string): void {
  app.get(
    '/',
    {
      config: { access: 'public' },
      schema: { summary: 'The way to the pages', tags, hide: true, response: { 303: Type.Null() } },
    },
    async (request, reply) => {
      reply.header('vary', 'accept');
      if (!asksForPage(request))
        throw nothingHere('No route answers this path; /openapi.json lists them all.');
      return reply.redirect('/docs', 303);
    },
  );
  app.get(
    '/docs/*',
    {
      config: { access: 'public' },
      schema: {
        summary: 'A page that is not there',
        tags,
        hide: true,
        response: { 404: { description: 'No page.', content: { 'text/html': { schema: Type.String() } } } },
      },
    },
    async (request, reply) =>
      sendMissing(request, reply, missing, 'There is no such page; /docs lists them all.'),
  );
}

/** 404 as a page for people; nothing of the address is repeated. @throws Problem for programs */
export function sendMissing(request: FastifyRequest, reply: FastifyReply, missing: string, detail: string) {
  reply.header('vary', 'accept');
  if (!asksForPage(request)) throw nothingHere(detail);
  return reply
    .code(404)
    .type('text/html; charset=utf-8')
    .headers({ 'cache-control': 'no-cache', 'content-security-policy': readingPolicy })
    .send(missing);
}

function nothingHere(detail: string): Problem {
  return new Problem('not-found', { detail });
}

/** Browsers name it; curl and scripts take anything. */
function asksForPage({ headers }: FastifyRequest): boolean {
  return /\btext\/html\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(headers.accept ?? '');
}
