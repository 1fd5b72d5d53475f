import type { Readable, Writable } from 'node:stream';
import pg from 'pg';
import { from, to } from 'pg-copy-streams';
import { columnValues } from './column-values.ts';
import type { Queryable, Transaction } from './types.ts';

/** One state of the whole database, whatever is committed meanwhile. */
export interface Snapshot extends Queryable {
  /** The bytes of `copy … to stdout`; one at a time. */
  copyOut(statement: string): Readable & { readonly rowCount: number | null };
}

/** A transaction that also takes whole tables. */
export interface BulkTransaction extends Transaction {
  /** Takes the bytes of `copy … from stdin`; one at a time. */
  copyIn(statement: string): Writable & { readonly rowCount: number | null };
}

/** Texts that mean the same on every server, whatever its operator has set. */
const plainTexts =
  "set datestyle = 'ISO'; set timezone = 'UTC'; set bytea_output = 'hex'; set extra_float_digits = 3; set client_encoding = 'UTF8'";

/**
 * Reads the database as it is at one moment (repeatable read, read only), on a connection of its own and without the limits
 * on time that hold for the pool's: a large table takes as long as it takes, and locks nobody out.
 */
export function withSnapshot<T>(
  connectionString: string,
  work: (snapshot: Snapshot) => Promise<T>,
): Promise<T> {
  return onOwnConnection(connectionString, 'begin isolation level repeatable read read only', (client) =>
    work({ query: queryOn(client), copyOut: (statement) => client.query(to(statement)) }),
  );
}

/** Runs `work` in one transaction without limits on time: all of it is committed, or nothing when it throws. */
export function withBulkTransaction<T>(
  connectionString: string,
  work: (transaction: BulkTransaction) => Promise<T>,
): Promise<T> {
  return onOwnConnection(connectionString, 'begin', (client) =>
    work({
      kind: 'transaction',
      query: queryOn(client),
      copyIn: (statement) => client.query(from(statement)),
    }),
  );
}

async function onOwnConnection<T>(
  connectionString: string,
  begin: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString,
    application_name: 'meterhouse bulk',
    keepAlive: true,
    types: columnValues,
  });
  // A connection that breaks fails the statement that runs; unheard, its error would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(
      `${plainTexts}; set statement_timeout = 0; set idle_in_transaction_session_timeout = 0`,
    );
    await client.query(begin);
    const result = await work(client);
    const { command } = await client.query('commit');
    if (command !== 'COMMIT')
      throw new Error('a statement of this transaction failed before, so nothing was committed');
    return result;
  } finally {
    // Without a commit the server rolls back.
    await client.end();
  }
}

function queryOn(client: pg.Client): Queryable['query'] {
  return async <Row>(text: string, values?: readonly unknown[]) => {
    const result: pg.QueryResult | pg.QueryResult[] = await client.query(
      text,
      values as unknown[] | undefined,
    );
    return (Array.isArray(result) ? result.at(-1) : result)?.rows as Row[];
  };
}
