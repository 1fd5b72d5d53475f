import pg from 'pg';
import type { Logger } from '../http/types.ts';
import { hastenRetries } from './hasten-retries.ts';
import { unlockDeadRunners } from './unlock-dead-runners.ts';

/** Any fixed number, our own among the advisory locks of this database. */
const gate = 4_210_018_003;
const heartbeat = 10_000;

export interface RunnerLock {
  /**
   * Lets `make` start a runner and then says that it lives, for as long as this connection does. Nobody judges runners in
   * between, when there is one without its lock.
   */
  guard<T extends { id: string }>(make: () => Promise<T>): Promise<T>;
  /** Looks after the jobs of dead runners now, and not only at the next heartbeat. */
  tend(): Promise<void>;
  release(): Promise<void>;
}

/**
 * The connection that shows that this process's runner is alive, and that looks every ten seconds for runners that are not.
 * Should it be lost while the process lives on, another process may run our jobs a second time until it is back, which jobs
 * must bear anyway.
 */
export function createRunnerLock(connectionString: string, logger: Logger): RunnerLock {
  let client: pg.Client | undefined;
  let held: string | undefined;
  let last: Promise<unknown> = Promise.resolve();

  /** One after another: the transaction of one task must not take in the statements of the next. */
  function inTurn<T>(task: (on: pg.Client) => Promise<T>): Promise<T> {
    const turn = last.then(async () => task(await connected()));
    last = turn.catch(() => undefined);
    return turn;
  }

  async function connected(): Promise<pg.Client> {
    if (client) return client;
    const fresh = new pg.Client({
      connectionString,
      application_name: 'meterhouse jobs lock',
      keepAlive: true,
    });
    fresh.on('error', (error) => {
      logger.warn({ reason: error.message }, 'the connection that shows the job runner to be alive was lost');
      if (client === fresh) client = undefined;
    });
    fresh.on('end', () => {
      if (client === fresh) client = undefined;
    });
    await fresh.connect();
    // A machine that vanished without closing its connections is noticed within a minute; sockets of one machine need none.
    await fresh.query(
      'set tcp_keepalives_idle = 20; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3',
    );
    if (held !== undefined) await lockId(fresh, held);
    client = fresh;
    return fresh;
  }

  const tend = () =>
    inTurn(async (on) => {
      const dead = await unlockDeadRunners(on, gate, held);
      if (dead.length > 0) logger.warn({ runners: dead }, 'the jobs of a runner that died are free again');
      await hastenRetries(on);
    });
  const timer = setInterval(() => {
    tend().catch((error: Error) =>
      logger.warn({ reason: error.message }, 'could not look after the jobs of dead runners'),
    );
  }, heartbeat);
  timer.unref();

  return {
    guard: (make) =>
      inTurn(async (on) => {
        await on.query('select pg_advisory_lock_shared($1)', [gate]);
        try {
          const made = await make();
          if (held !== undefined)
            await on.query('select pg_advisory_unlock(hashtextextended($1, $2))', [held, gate]);
          held = made.id;
          await lockId(on, made.id);
          return made;
        } finally {
          await on.query('select pg_advisory_unlock_shared($1)', [gate]);
        }
      }),
    tend,
    async release() {
      clearInterval(timer);
      await last;
      await client?.end();
    },
  };
}

async function lockId(on: pg.Client, id: string): Promise<void> {
  await on.query('select pg_advisory_lock(hashtextextended($1, $2))', [id, gate]);
}
