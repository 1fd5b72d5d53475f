import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { Session } from 'chdb';
import { createChdbConnection } from 'chdb/connection';
import { giveBackMemory } from './give-back-memory.ts';
import { createLane, type LaneOptions } from './lane.ts';
import type { Engine } from './types.ts';

export interface LaneSize {
  readonly clients: number;
  /** Statements that may wait; one more is refused with `engine-busy`. */
  readonly queue: number;
}

export interface EngineOptions {
  /** The data directory. A process has one, and a directory has one process. */
  readonly path: string;
  readonly lanes?: Partial<Record<'loads' | 'reports' | 'reads', LaneSize>>;
  /** Bytes that all statements together may take; a statement beyond it fails and changes nothing. */
  readonly memory?: number;
  /** Threads of one statement. */
  readonly threads?: number;
}

type Connection = NonNullable<NonNullable<Parameters<typeof createClient>[0]>['connection']>;

const MIB = 1024 * 1024;

/**
 * Two loads at a time keep both cores busy while one of them decompresses; more would only divide the memory.
 * All clients together are the pool threads that the engine can hold: see UV_THREADS.
 */
const LANES = {
  loads: { clients: 2, queue: 256 },
  reports: { clients: 2, queue: 64 },
  reads: { clients: 2, queue: 256 },
} as const satisfies Record<string, LaneSize>;

/**
 * What UV_THREADPOOL_SIZE must be at least. A running statement holds one thread of Node's pool until it ends, so with Node's
 * four, two loads and two reports would stop every file access, DNS query and scrypt of the process. Six clients and ten
 * threads for the rest.
 */
export const UV_THREADS = 16;

/**
 * Opens the engine inside this process.
 *
 * All connections of a path share one server, which takes its configuration from the first; so a connection that runs no
 * statement is opened first and closed last. Caches are small: a month of 24,000 VMs is 11 MiB on disk, and the page cache
 * of the machine already holds what is read often.
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { path, memory = 1024 * MIB, threads = 2 } = options;
  await mkdir(path, { recursive: true, mode: 0o700 });
  const server = new Session(path, {
    connectionArgs: [
      `--max_server_memory_usage=${memory}`,
      `--mark_cache_size=${32 * MIB}`,
      `--primary_index_cache_size=${32 * MIB}`,
      `--uncompressed_cache_size=0`,
      `--index_mark_cache_size=${8 * MIB}`,
      `--mmap_cache_size=0`,
      `--compiled_expression_cache_size=${8 * MIB}`,
      `--background_pool_size=2`,
      `--background_common_pool_size=2`,
      `--background_move_pool_size=1`,
      `--background_fetches_pool_size=1`,
      `--max_thread_pool_free_size=16`,
    ],
  });

  const clients: ClickHouseClient[] = [];
  async function connect(): Promise<ClickHouseClient> {
    // The same contract, described by two releases of one package whose optional settings differ under exact optional types.
    const connection = createChdbConnection({ path }) as unknown as Connection;
    const client = createClient({ connection });
    clients.push(client);
    await client.command({ query: constants(threads) });
    return client;
  }
  async function lane(name: 'loads' | 'reports' | 'reads', watch?: LaneOptions['watch']) {
    const size = options.lanes?.[name] ?? LANES[name];
    const own: ClickHouseClient[] = [];
    for (let i = 0; i < size.clients; i += 1) own.push(await connect());
    return createLane({ name, clients: own, queue: size.queue, ...(watch && { watch }) });
  }
  async function closeAll(): Promise<void> {
    for (const client of clients) await client.close();
    server.close();
  }

  try {
    const reads = await lane('reads');
    const memoryOfBigOnes = giveBackMemory(() => reads.command('SYSTEM JEMALLOC PURGE'));
    const loads = await lane('loads', memoryOfBigOnes);
    const reports = await lane('reports', memoryOfBigOnes);
    const [row] = await reads.rows<{ version: string }>('SELECT version() AS version');
    let closing: Promise<void> | undefined;
    return {
      loads,
      reports,
      reads,
      formats: resolve(path, 'format_schemas'),
      version: row?.version ?? 'unknown',
      close() {
        memoryOfBigOnes.stop();
        closing ??= Promise.all([loads.idle(), reports.idle(), reads.idle()]).then(closeAll);
        return closing;
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/**
 * The settings that every statement shares, given to a connection once. Whatever one statement alone needs stands in its own
 * SETTINGS clause: a setting given to the client would stay with the connection and change the statements after it.
 *
 * The engine wants 4 GiB free for each thread, or silently works with one: our bound on its memory would mean one for ever.
 */
function constants(threads: number): string {
  return `SET session_timezone = 'UTC',
    max_threads = ${threads},
    max_threads_min_free_memory_per_thread = 0,
    output_format_json_quote_64bit_integers = 1,
    output_format_json_quote_decimals = 1,
    use_cache_for_count_from_files = 0,
    allow_suspicious_low_cardinality_types = 0`;
}
