import cors from '@fastify/cors';
import type { App } from './types.ts';

/** What a page's script may read beside the few headers that browsers show by themselves. */
const exposedHeaders = [
  'Agent-Registration-Progress',
  'Content-Disposition',
  'ETag',
  'Idempotency-Replayed',
  'Location',
  'Meterhouse-Renewal',
  'Repr-Digest',
  'Retry-After',
  'X-Request-Id',
];

/**
 * Lets scripts of pages of these origins call the service; of no other, and of none at first. Cookies count for nothing here,
 * so a page can do what the token that it holds can do, and no more.
 */
export async function allowOrigins(app: App, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  await app.register(cors, {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders,
    credentials: false,
    // Seconds that a browser remembers the answer to its question.
    maxAge: 600,
  });
}
