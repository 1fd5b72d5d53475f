import { hash, randomBytes } from 'node:crypto';
import type { Time } from '../time/index.ts';

const IDLE_MS = 30 * 60_000;
const LONGEST_MS = 12 * 3_600_000;
/** Scripts that log in before each call and never out must not grow the memory: the one that was used longest ago goes. */
const MOST = 100;

export interface Session {
  /** Given once, to the one who logged in; only its hash is kept. */
  readonly id: string;
  /** Milliseconds since the epoch, however much it is used. */
  readonly expiresAt: number;
}

/** Who is logged in. All of it is in memory: a restart ends every session. */
export class Sessions {
  readonly #time: Time;
  /** By the hash of the id, in the order of their last use. */
  readonly #known = new Map<string, { expiresAt: number; usedAt: number }>();

  constructor(time: Time) {
    this.#time = time;
  }

  open(): Session {
    const id = randomBytes(32).toString('base64url');
    const now = this.#time.now();
    if (this.#known.size >= MOST) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(digest(id), { expiresAt: now + LONGEST_MS, usedAt: now });
    return { id, expiresAt: now + LONGEST_MS };
  }

  /** Whether it may call; a yes counts as use. Nothing of the id is compared but its hash, so no timing tells of it. */
  holds(id: string): boolean {
    const key = digest(id);
    const session = this.#known.get(key);
    if (session === undefined) return false;
    this.#known.delete(key);
    const now = this.#time.now();
    if (now >= session.expiresAt || now - session.usedAt >= IDLE_MS) return false;
    this.#known.set(key, { ...session, usedAt: now });
    return true;
  }

  end(id: string): void {
    this.#known.delete(digest(id));
  }
}

const digest = (id: string) => hash('sha256', id, 'base64url');
