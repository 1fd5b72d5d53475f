import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet, { type HelmetOptions } from 'helmet';
import type { App } from './types.ts';

/** The service sends data and its own pages; those name in their own answers what they may load. */
const security = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  frameguard: { action: 'deny' },
} satisfies HelmetOptions;

/** Gives every answer the headers that keep browsers from mischief; refusals too, so this comes before any hook that refuses. */
export function secureAnswers(app: App, overTls: boolean): void {
  const headers = securityHeaders({ ...security, strictTransportSecurity: overTls });
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
}

/** What helmet puts on an answer. None of it depends on the request, and asking it anew costs as much as reading a request. */
function securityHeaders(options: HelmetOptions): Readonly<Record<string, string>> {
  const request = new IncomingMessage(new Socket());
  const answer = new ServerResponse(request);
  helmet(options)(request, answer, (error) => {
    if (error !== undefined) throw error;
  });
  return Object.fromEntries(
    Object.entries(answer.getHeaders()).map(([name, value]) => [name, String(value)]),
  );
}
