import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasAlready } from '../platform/http/index.ts';
import type { Asset } from './assets.ts';

/** What a page may use: the files of this service, nothing inline, nothing from elsewhere. */
export const readingPolicy = policy({});
/** The reference calls this service; its style sheet holds its pictures as data. */
export const callingPolicy = policy({ 'connect-src': "'self'", 'img-src': "'self' data:" });

function policy(more: Readonly<Record<string, string>>): string {
  const directives = {
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'img-src': "'self'",
    ...more,
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  };
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join(';');
}

/** Something that stays the same while the service runs, with the tag that says so. */
export interface Fixed {
  readonly text: string;
  readonly type: string;
  readonly etag: string;
}

export function fixed(text: string, type = 'text/html; charset=utf-8'): Fixed {
  const digest = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  return { text, type, etag: `"${digest}"` };
}

/** Sends it, or 304 to who has it. A release may change it, so it is asked for again each time. */
export function sendFixed(request: FastifyRequest, reply: FastifyReply, what: Fixed, csp: string) {
  reply
    .type(what.type)
    .headers({ etag: what.etag, 'cache-control': 'no-cache', 'content-security-policy': csp })
    .headers({ vary: 'accept-encoding' });
  // One tag stands for both codings, so it is compared weakly.
  if (hasAlready(request.headers['if-none-match'], what.etag)) return reply.code(304).send();
  if (!takesGzip(request)) return reply.send(what.text);
  return reply
    .headers({ 'content-encoding': 'gzip', etag: `W/${what.etag}` })
    .send(gzipSync(what.text, { level: 6 }));
}

export function sendAsset(request: FastifyRequest, reply: FastifyReply, asset: Asset) {
  reply
    .type(asset.type)
    .headers({ 'cache-control': 'public, max-age=31536000, immutable', vary: 'accept-encoding' });
  if (!takesGzip(request)) return reply.send(asset.bytes);
  return reply.header('content-encoding', 'gzip').send(asset.packed());
}

function takesGzip({ headers }: FastifyRequest): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(headers['accept-encoding']?.toString() ?? '');
}
