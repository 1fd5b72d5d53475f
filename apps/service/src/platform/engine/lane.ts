import type { ClickHouseClient } from '@clickhouse/client';
import { Problem } from '@meterhouse/contract';
import type { EngineLane, EngineValues } from './types.ts';

export interface LaneOptions {
  /** Told in the refusal, so that the log says which kind of work is too much. */
  readonly name: string;
  readonly clients: readonly ClickHouseClient[];
  /** Statements that may wait for a client; one more is refused. */
  readonly queue: number;
  /** Told of each statement, before it runs and after. */
  readonly watch?: { begun(): void; ended(): void };
}

/**
 * Gives each statement a client of its own for as long as it runs: in-process, a client answers one statement at a time, and
 * a second one on it would wait unseen. Statements beyond the clients wait in order of arrival, up to `queue` of them.
 */
export function createLane({
  name,
  clients,
  queue,
  watch,
}: LaneOptions): EngineLane & { idle(): Promise<void> } {
  const free = [...clients];
  const waiting: ((client: ClickHouseClient) => void)[] = [];
  let running = 0;
  const drained: (() => void)[] = [];

  async function claim(): Promise<ClickHouseClient> {
    const client = free.pop();
    if (client) return client;
    if (waiting.length >= queue) {
      throw new Problem('engine-busy', {
        detail: `The engine's lane for ${name} has ${clients.length} statements running and ${queue} waiting.`,
        headers: { 'Retry-After': '5' },
      });
    }
    return new Promise((resolve) => waiting.push(resolve));
  }

  function release(client: ClickHouseClient): void {
    const next = waiting.shift();
    if (next) next(client);
    else free.push(client);
  }

  async function run<T>(work: (client: ClickHouseClient) => Promise<T>): Promise<T> {
    const client = await claim();
    running += 1;
    watch?.begun();
    try {
      return await work(client);
    } finally {
      running -= 1;
      watch?.ended();
      release(client);
      if (running === 0) for (const resolve of drained.splice(0)) resolve();
    }
  }

  return {
    async command(sql, values) {
      await run((client) => client.command({ query: sql, ...bound(values) }));
    },
    async rows<Row>(sql: string, values?: EngineValues) {
      return run(async (client) => {
        const result = await client.query({ query: sql, ...bound(values), format: 'JSONEachRow' });
        return result.json<Row>();
      });
    },
    /** Resolves when nothing runs: a client must not be closed under its statement. */
    async idle() {
      if (running > 0) await new Promise<void>((resolve) => drained.push(resolve));
    },
  };
}

function bound(values: EngineValues | undefined): { query_params?: Record<string, unknown> } {
  return values ? { query_params: { ...values } } : {};
}
