import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Runner,
  run,
  type TaskList,
  type WorkerEvents,
  Logger as WorkerLogger,
  type WorkerPool,
} from 'graphile-worker';
import pg from 'pg';
import type { Logger } from '../http/types.ts';
import { createRunnerLock, type RunnerLock } from './runner-lock.ts';
import type { JobHandlers, JobName } from './types.ts';

export interface JobsOptions {
  connectionString: string;
  handlers: JobHandlers;
  logger: Logger;
  /** Jobs at a time in this process; default 4. Jobs of one queue never run together, in whatever process. */
  concurrency?: number;
}

export interface RunningJobs {
  /** Takes no more jobs, waits for those that run, and returns when the connections are closed. */
  stop(): Promise<void>;
}

/**
 * Starts running jobs. A job that fails is tried again, for ever: after 3 s, 7 s, 20 s … and at most 5 minutes. A job whose
 * process died is run again at once by the next process that starts, and within ten seconds by one that already runs.
 *
 * A new job is noticed by LISTEN/NOTIFY when its transaction commits; retries and jobs of a queue that came free elsewhere by
 * polling every half second. When the library gives up (its connection broke at the moment a job ended), it is started anew.
 */
export async function startJobs(options: JobsOptions): Promise<RunningJobs> {
  const { connectionString, logger } = options;
  const concurrency = options.concurrency ?? 4;
  const lock = createRunnerLock(connectionString, logger);
  const pool = new pg.Pool({
    connectionString,
    // One for each job's bookkeeping, one that listens, one that fetches.
    max: concurrency + 2,
    application_name: 'meterhouse jobs',
    keepAlive: true,
  });
  const tellLoss = (error: Error) =>
    logger.warn({ reason: error.message }, 'a connection of the job runner was lost');
  pool.on('error', tellLoss);
  // While a connection is lent out its errors come to itself alone, and unheard they would end the process.
  pool.on('connect', (client) => client.on('error', tellLoss));
  const ended = new AbortController();
  let runner: Runner;
  try {
    await lock.tend();
    runner = await startRunner(options, concurrency, pool, lock);
  } catch (error) {
    await lock.release();
    await pool.end();
    throw error;
  }
  const supervised = supervise();
  return {
    async stop() {
      ended.abort();
      // It throws when it has given up just now; its jobs are free again as soon as the lock is.
      await runner.stop().catch(() => undefined);
      await supervised;
      await lock.release();
      await pool.end();
    },
  };

  async function supervise(): Promise<void> {
    for (;;) {
      const failure = await runner.promise.then(
        () => undefined,
        (error: Error) => error,
      );
      if (ended.signal.aborted) return;
      logger.error({ reason: failure?.message }, 'the job runner gave up; starting it again');
      for (;;) {
        await sleep(1000, undefined, { signal: ended.signal }).catch(() => undefined);
        if (ended.signal.aborted) return;
        try {
          runner = await startRunner(options, concurrency, pool, lock);
          break;
        } catch (error) {
          logger.error({ reason: (error as Error).message }, 'the job runner does not start');
        }
      }
    }
  }
}

async function startRunner(
  options: JobsOptions,
  concurrency: number,
  pgPool: pg.Pool,
  lock: RunnerLock,
): Promise<Runner> {
  const made: Runner[] = [];
  try {
    const { runner } = await lock.guard(async () => {
      const events: WorkerEvents = new EventEmitter();
      const id = new Promise<string>((resolve) => {
        events.once('pool:create', ({ workerPool }) => {
          fetchNextOfQueue(events, workerPool);
          resolve(workerPool.id);
        });
      });
      const fetched = firstFetch(events);
      // It is awaited below, unless the runner does not start at all.
      fetched.catch(() => undefined);
      const runner = await runWorkers(options, concurrency, pgPool, events);
      made.push(runner);
      await fetched;
      return { runner, id: await id };
    });
    return runner;
  } catch (error) {
    // It runs, but the others would take it for dead.
    for (const runner of made) await runner.stop().catch(() => undefined);
    throw error;
  }
}

/**
 * Resolves when the runner has fetched once. Should its very first statement fail, the library keeps the failure and answers
 * every later fetch with it: such a runner never runs a job, so it is given up for a new one.
 *
 * @throws when nothing was fetched for five seconds
 */
async function firstFetch(events: WorkerEvents): Promise<void> {
  const patience = AbortSignal.timeout(5000);
  try {
    await once(events as EventEmitter, 'localQueue:getJobs:complete', { signal: patience });
  } catch {
    throw new Error('the job runner could not fetch its first jobs; see the log above for why');
  }
}

/**
 * The library fetches when told of a new job or by polling, and not when a job ends; so the next job of the same queue would
 * wait for the poll, and fifty loads of one meter took 6.6 s instead of 0.12 s here. It writes the end of a job without
 * waiting and tells nobody, hence several looks: a few milliseconds for a fast disk, more for a slow one.
 */
function fetchNextOfQueue(events: WorkerEvents, workerPool: WorkerPool): void {
  events.on('job:complete', ({ job }) => {
    if (job.job_queue_id === null) return;
    for (const delay of [3, 20, 100]) setTimeout(() => workerPool.nudge(1), delay).unref();
  });
}

function runWorkers(
  { handlers, logger }: JobsOptions,
  concurrency: number,
  pgPool: pg.Pool,
  events: WorkerEvents,
): Promise<Runner> {
  return run({
    pgPool,
    events,
    taskList: tasksOf(handlers),
    parsedCronItems: [],
    noHandleSignals: true,
    logger: workerLogger(logger),
    preset: {
      worker: {
        concurrentJobs: concurrency,
        pollInterval: 500,
        // One fetch for all workers: without it, two that fetch at once lock each other's queues out until the next poll.
        localQueue: { size: concurrency },
      },
    },
  });
}

function tasksOf(handlers: JobHandlers): TaskList {
  const names = Object.keys(handlers) as JobName[];
  return Object.fromEntries(names.map((name) => [name, (payload) => handlers[name](payload as never)]));
}

/** The library's words without their `meta`, which holds whole jobs with their payloads. Every finished job is told: debug. */
function workerLogger(logger: Logger): WorkerLogger {
  const levels = { error: 'error', warning: 'warn', info: 'debug', debug: 'trace' } as const;
  return new WorkerLogger(
    (scope) => (level, message) =>
      logger[levels[level]]({ job: scope.taskIdentifier, jobId: scope.jobId }, message),
  );
}
