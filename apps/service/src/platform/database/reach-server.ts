import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '../http/types.ts';

/** The oldest PostgreSQL that the migrations are tested on. */
const oldestMajor = 15;
/** Codes that say "not up yet": no listener, no name, no socket file, starting up, or all connections taken. */
const notYet = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  '57P03',
  '53300',
]);

/**
 * Returns when the server takes connections. One that is not up yet is waited for and the log says so; one that refuses us is
 * not.
 *
 * @throws after `patience` milliseconds, or at once when the answer is no (password, database name, version)
 */
export async function reachServer(connectionString: string, logger: Logger, patience: number): Promise<void> {
  const startedAt = Date.now();
  let toldAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    const failure = await tryOnce(connectionString);
    if (failure === undefined) return;
    const where = serverName(connectionString);
    if (!notYet.has(failure.code ?? '')) {
      throw new Error(`PostgreSQL at ${where} refuses the service: ${failure.message}. Check DATABASE_URL.`);
    }
    if (Date.now() - startedAt >= patience) {
      throw new Error(
        `PostgreSQL at ${where} cannot be reached (${failure.message}). Start it, or check the host and port in DATABASE_URL.`,
      );
    }
    if (Date.now() - toldAt > 10_000) {
      toldAt = Date.now();
      logger.warn({ server: where, reason: failure.message }, 'waiting for PostgreSQL');
    }
    await sleep(Math.min(500, patience));
  }
}

interface Failure {
  message: string;
  code?: string | undefined;
}

async function tryOnce(connectionString: string): Promise<Failure | undefined> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: 5000,
    application_name: 'meterhouse',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ number: string; encoding: string }>(
      "select current_setting('server_version_num') as number, current_setting('server_encoding') as encoding",
    );
    const { number, encoding } = rows[0]!;
    const major = Math.floor(Number(number) / 10_000);
    if (major < oldestMajor)
      return { message: `it is version ${major}, and ${oldestMajor} is the oldest that works` };
    // In SQL_ASCII the length of a label would be counted in bytes, and other encodings have not every letter.
    if (encoding !== 'UTF8')
      return { message: `the database's encoding is ${encoding}; make one with ENCODING 'UTF8'` };
    return undefined;
  } catch (error) {
    const { message, code, errors } = error as NodeJS.ErrnoException & { errors?: Error[] };
    // A name with several addresses fails with one error for each and an empty message.
    return { message: message || (errors ?? []).map((one) => one.message).join('; ') || String(code), code };
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Host, port and database of a connection string, without user and password. */
function serverName(connectionString: string): string {
  const { host, port, database } = new pg.Client({ connectionString });
  return host.startsWith('/') ? `${host} (database ${database})` : `${host}:${port}/${database}`;
}
