import { Agent, request } from 'undici';

/** One kind of request, the same each time. */
export interface Shot {
  readonly path: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Load {
  readonly requestsPerSecond: number;
  /** Milliseconds that 99 of 100 answers took at most. */
  readonly p99: number;
}

/** As the issue asks. */
export const CONNECTIONS = 32;
const WARM_UP_SECONDS = 1;
const SECONDS = 4;

/**
 * Sends the same request over and over on 32 connections, each answer read to its end.
 * @throws Error for any status but 200
 */
export async function loadWith(server: string, shot: Shot): Promise<Load> {
  const dispatcher = new Agent({ connections: CONNECTIONS, pipelining: 1 });
  try {
    await shootFor(WARM_UP_SECONDS, dispatcher, server, shot);
    const took = await shootFor(SECONDS, dispatcher, server, shot);
    took.sort((a, b) => a - b);
    return {
      requestsPerSecond: took.length / SECONDS,
      p99: took[Math.floor(took.length * 0.99)] ?? Number.NaN,
    };
  } finally {
    await dispatcher.close();
  }
}

/** @returns the milliseconds of each request that ended in time */
async function shootFor(seconds: number, dispatcher: Agent, server: string, shot: Shot): Promise<number[]> {
  const { path, method = 'GET', headers = {}, body = null } = shot;
  const url = new URL(path, server);
  const took: number[] = [];
  const end = performance.now() + seconds * 1000;
  const connection = async () => {
    for (;;) {
      const began = performance.now();
      const answer = await request(url, { dispatcher, method, headers, body });
      if (answer.statusCode !== 200)
        throw new Error(`${method} ${path}: ${answer.statusCode} ${await answer.body.text()}`);
      await answer.body.dump({ limit: Number.POSITIVE_INFINITY });
      const now = performance.now();
      if (now > end) return;
      took.push(now - began);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return took;
}
