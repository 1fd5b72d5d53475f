import type { IncomingMessage } from 'node:http';
import { type Readable, Transform } from 'node:stream';
import { Problem } from '@meterhouse/contract';
import type { FastifyReply } from 'fastify';
import type { BodyTime } from './types.ts';

/** Two clocks of a body that arrives: `fail` is called once, when its pieces stop coming or it lasts too long. */
class BodyClock {
  readonly #idle: NodeJS.Timeout;
  readonly #total: NodeJS.Timeout;

  /** @param waiting bytes that came and that we have not taken yet: these are not the client's delay */
  constructor({ idleSeconds, totalSeconds }: BodyTime, waiting: () => number, fail: (late: Problem) => void) {
    const late = (detail: string) => {
      this.stop();
      fail(new Problem('request-timeout', { detail }));
    };
    this.#idle = setTimeout(() => {
      if (waiting() > 0) this.#idle.refresh();
      else late(`Nothing of the body came for ${idleSeconds} s.`);
    }, idleSeconds * 1000);
    this.#total = setTimeout(
      () => late(`The body was not complete after ${totalSeconds} s.`),
      totalSeconds * 1000,
    );
  }
  pieceCame(): void {
    this.#idle.refresh();
  }
  stop(): void {
    clearTimeout(this.#idle);
    clearTimeout(this.#total);
  }
}

const endedEarly = () => new Problem('malformed-request', { detail: 'The body ended early.' });

/**
 * Watches a body that is gathered before anybody looks at it. What is wrong is told to its reader as an error of the body, which
 * is not destroyed: the answer takes the same connection. Nothing is piped, as that takes longer than most of these calls.
 */
export function expectWithinTime(body: IncomingMessage, time: BodyTime): void {
  const clock = new BodyClock(
    time,
    () => body.readableLength,
    (late) => body.emit('error', late),
  );
  // The reader begins in this same turn, before the first piece comes.
  body.on('data', () => clock.pieceCame());
  body.once('end', () => clock.stop());
  body.once('close', () => clock.stop());
  body.once('aborted', () => body.emit('error', endedEarly()));
  // When the answer went out before, nobody else hears.
  body.on('error', () => clock.stop());
}

/** Passes on a body that its reader takes piece by piece, and fails when it is late. */
export function passWithinTime(payload: Readable, reply: FastifyReply, time: BodyTime): Transform {
  const guard = new Transform({
    transform(piece, _encoding, done) {
      clock.pieceCame();
      done(null, piece);
    },
    destroy(error, done) {
      clock.stop();
      done(error);
    },
  });
  const clock = new BodyClock(
    time,
    () => guard.readableLength,
    (late) => guard.destroy(late),
  );
  // Who reads the body hears of its end; when the answer went out before, nobody does.
  guard.on('error', () => {});
  reply.raw.once('close', () => guard.destroy());
  payload.on('error', (error) => guard.destroy(error));
  payload.on('aborted', () => guard.destroy(endedEarly()));
  return payload.pipe(guard);
}
