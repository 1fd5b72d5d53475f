import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ThrowAway } from '../src/demo/throw-away.ts';
import { meterhouse } from './meterhouse.ts';

/** Replays a month of a trace by the meter of the place, and gives the packages in the order of their chain. */
export async function replayTrace(
  place: ThrowAway,
  month: string,
  rows: readonly string[],
  name = month,
  ...flags: readonly string[]
): Promise<string[]> {
  const trace = join(place.root, `${name}.csv`);
  const out = join(place.packages, name);
  await mkdir(place.packages, { recursive: true });
  await writeFile(trace, `vm,customer,vcpus,memory_mib,powered_on,powered_off\n${rows.join('\n')}\n`);
  const words = [
    'meter',
    'replay',
    '--dir',
    place.meter,
    '--trace',
    trace,
    '--month',
    month,
    '--out',
    out,
    ...flags,
  ];
  const ran = await meterhouse(words);
  assert.equal(ran.status, 0, ran.stderr);
  return (await readdir(out)).sort().map((file) => join(out, file));
}
