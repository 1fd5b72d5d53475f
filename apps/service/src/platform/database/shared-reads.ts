import pg from 'pg';

/** Beyond the statement's own limit: the server does not answer, so the connection is dead, whatever the network thinks. */
const answerTimeout = 70_000;

/** What the types of `pg` leave out. */
type Client = pg.Client & { ref(): void; unref(): void };

export interface SharedReads {
  query(read: pg.QueryConfig): Promise<pg.QueryResult>;
  close(): Promise<void>;
}

/**
 * One connection for the reads that are asked often. Each is sent when it is asked and does not wait for the answers before it
 * (pipelining), so that neither side sleeps and is woken for every single one: that takes longer than the reads. Each is still
 * a transaction of its own. They are answered in their order, so a slow read holds up those behind it; what is slow, writes, or
 * belongs to a transaction takes a connection of the pool.
 *
 * A connection that breaks fails the reads on it; the next read opens another.
 *
 * @param options how to connect; `allowExitOnIdle` as for a pool
 * @param onLoss told why a connection broke
 */
export function shareReads(
  options: pg.ClientConfig & { allowExitOnIdle: boolean },
  onLoss: (error: Error) => void,
): SharedReads {
  let shared: Promise<Client> | undefined;

  function connect(): Promise<Client> {
    const client = new pg.Client({ ...options, pipeline: true, query_timeout: answerTimeout }) as Client;
    const connected = client.connect().then(() => client);
    client.on('error', (error) => {
      forget(connected);
      onLoss(error);
    });
    client.on('end', () => forget(connected));
    if (options.allowExitOnIdle) client.on('drain', () => client.unref());
    connected.catch(() => forget(connected));
    return connected;
  }
  function forget(connected: Promise<Client>): void {
    if (shared === connected) shared = undefined;
  }

  return {
    async query(read) {
      shared ??= connect();
      const connected = shared;
      const client = await connected;
      if (options.allowExitOnIdle) client.ref();
      try {
        return await client.query(read);
      } catch (error) {
        // The answer that the server goes away comes before the connection itself shows it.
        if (!isOfStatement(error) && shared === connected) {
          forget(connected);
          client.end().catch(() => undefined);
        }
        throw error;
      }
    },
    async close() {
      const client = await shared?.catch(() => undefined);
      await client?.end();
    },
  };
}

/** Whether the server refused this one statement; the connection serves the others. */
function isOfStatement(error: unknown): boolean {
  return error instanceof pg.DatabaseError && !error.code?.startsWith('57P');
}
