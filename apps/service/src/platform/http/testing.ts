import { Problem } from '@meterhouse/contract';
import { pino } from 'pino';
import { createApp } from './app.ts';
import type { Caller } from './caller.ts';
import type { App, Routes } from './types.ts';

/**
 * An app with these routes for `inject()`; a bearer is the name of one of `callers`. Log lines go to `lines`, or nowhere.
 */
export async function appWith(options: {
  readonly routes: readonly Routes[];
  readonly callers?: Readonly<Record<string, Caller>>;
  readonly lines?: string[];
  readonly origins?: readonly string[];
}): Promise<App> {
  const { callers = {}, lines, origins = [] } = options;
  const app = await createApp({
    routes: options.routes,
    logger: pino(
      { level: lines === undefined ? 'silent' : 'debug' },
      { write: (line) => void lines?.push(line) },
    ),
    authenticate: async (bearer) => {
      const caller = callers[bearer];
      if (caller === undefined) throw new Problem('unauthenticated');
      return caller;
    },
    publicUrl: () => 'https://meterhouse.example',
    version: '0.0.0',
    origins,
  });
  await app.ready();
  return app;
}
