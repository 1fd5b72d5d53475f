import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '../http/types.ts';
import { columnValues } from './column-values.ts';
import { reachServer } from './reach-server.ts';
import { type SharedReads, shareReads } from './shared-reads.ts';
import type { Database, Queryable, Transaction } from './types.ts';

export interface DatabaseOptions {
  connectionString: string;
  logger: Logger;
  /** Connections at most; default 10. A statement waits for a free one up to 30 s. */
  poolSize?: number;
  /** Milliseconds to wait for a server that is not up yet; default 60 s. */
  patience?: number;
  /** Idle connections do not keep the process alive (tests). */
  allowExitOnIdle?: boolean;
}

/** A statement that runs longer than this is ended by the server, so that none holds its locks for ever. */
const statementTimeout = 60_000;
const serialisationFailure = '40001';
const deadlock = '40P01';
const attempts = 4;

/**
 * Opens the database of records. Returns when the server has answered.
 *
 * @throws when the server cannot be reached within `patience`, or refuses us
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { connectionString, logger } = options;
  await reachServer(connectionString, logger, options.patience ?? 60_000);
  const connection = {
    connectionString,
    connectionTimeoutMillis: 30_000,
    statement_timeout: statementTimeout,
    // A transaction left open by a fault of ours is ended, else its row locks stop every upload of the month.
    idle_in_transaction_session_timeout: statementTimeout,
    application_name: 'meterhouse',
    types: columnValues,
    allowExitOnIdle: options.allowExitOnIdle ?? false,
    keepAlive: true,
  };
  const warnOfLoss = (error: Error) =>
    logger.warn({ reason: error.message }, 'a connection to PostgreSQL was lost');
  const pool = new pg.Pool({ ...connection, max: options.poolSize ?? 10, idleTimeoutMillis: 30_000 });
  // An idle connection that breaks (server restarted) is dropped from the pool; the next statement opens another.
  pool.on('error', warnOfLoss);
  const reads = shareReads(connection, warnOfLoss);
  return {
    connectionString,
    query: queryOn(pool, reads),
    async transaction(work) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await runTransaction(pool, work);
        } catch (error) {
          const { code } = error as { code?: string };
          if ((code !== serialisationFailure && code !== deadlock) || attempt === attempts) throw error;
          // Apart by chance, or the two would meet again.
          await sleep(attempt * 5 * (1 + Math.random()));
        }
      }
    },
    async close() {
      await Promise.all([pool.end(), reads.close()]);
    },
  };
}

async function runTransaction<T>(pool: pg.Pool, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const client = await beginTransaction(pool);
  let broken: Error | undefined;
  const noteLoss = (error: Error) => {
    broken = error;
  };
  client.on('error', noteLoss);
  try {
    const result = await work({ kind: 'transaction', query: queryOn(client, client) });
    const { command } = await client.query('commit');
    // PostgreSQL answers COMMIT with ROLLBACK, and no error, when a statement failed and `work` swallowed it.
    if (command !== 'COMMIT')
      throw new Error('a statement of this transaction failed before, so nothing was committed');
    return result;
  } catch (error) {
    await client.query('rollback').catch(noteLoss);
    throw error;
  } finally {
    client.off('error', noteLoss);
    client.release(broken);
  }
}

/** A pooled connection may have died unseen. Nothing was done on it yet, so another one is taken, as often as the pool is large. */
async function beginTransaction(pool: pg.Pool): Promise<pg.PoolClient> {
  for (let left = pool.totalCount; ; left -= 1) {
    const client = await pool.connect();
    try {
      await client.query('begin');
      return client;
    } catch (error) {
      client.release(error as Error);
      if (left <= 0) throw error;
    }
  }
}

/** @param named what runs statements with a name */
function queryOn(on: pg.Pool | pg.PoolClient, named: pg.PoolClient | SharedReads): Queryable['query'] {
  return async <Row>(text: string, values?: readonly unknown[], name?: string) => {
    const bound = values as unknown[] | undefined;
    const result: pg.QueryResult | pg.QueryResult[] = await (name === undefined
      ? on.query(text, bound)
      : named.query({ name, text, ...(bound === undefined ? {} : { values: bound }) }));
    // A text of several statements (a migration) has several results; the last one counts.
    return (Array.isArray(result) ? result.at(-1) : result)?.rows as Row[];
  };
}
