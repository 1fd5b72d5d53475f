/** Ends a call: the caller's own signal, or the time that it may take with all its attempts. */
export interface Deadline {
  readonly signal: AbortSignal | undefined;
  /** Whether it was the time, and not the caller. */
  readonly timedOut: () => boolean;
}

export function deadlineOf(signal: AbortSignal | undefined, milliseconds: number | undefined): Deadline {
  if (milliseconds === undefined) return { signal, timedOut: () => false };
  const timer = AbortSignal.timeout(milliseconds);
  return {
    signal: signal === undefined ? timer : AbortSignal.any([signal, timer]),
    timedOut: () => timer.aborted && !signal?.aborted,
  };
}

/** Waits. @throws the signal's reason, at once, when it is aborted */
export function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** What a shared promise gives, for a caller who may leave before. The others still get it. */
export function leaving<T>(shared: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return shared;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    shared.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
