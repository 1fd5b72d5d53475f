/**
 * Has the meter that runs in this directory read its settings again.
 * @returns whether one was told; `not-allowed` when it runs as somebody else
 */
export async function tellRunning(dir: string): Promise<'told' | 'none' | 'not-allowed'> {
  const { readStatusFile } = await import('@meterhouse/meter/run');
  const { lockHolder } = await import('@meterhouse/meter/spool');
  const { join } = await import('node:path');
  const status = await readStatusFile(dir);
  // A command that looks at products holds the lock as well, and the signal would end it.
  if (status === undefined || !status.running || status.snapshot.stopped) return 'none';
  const holder = await lockHolder(join(dir, 'run.lock'));
  if (holder === undefined || holder !== status.snapshot.pid) return 'none';
  try {
    process.kill(holder, 'SIGHUP');
    return 'told';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return 'none';
    return 'not-allowed';
  }
}

/** What came of it, for a person; nothing when no meter runs. */
export function toldWords(told: 'told' | 'none' | 'not-allowed'): string | undefined {
  if (told === 'told') return 'The running meter reads its settings again.';
  if (told === 'not-allowed')
    return 'The running meter belongs to another user: tell it by systemctl reload meterhouse-meter, or SIGHUP.';
  return undefined;
}
