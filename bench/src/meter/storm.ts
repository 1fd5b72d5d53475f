/** Thousands of power changes, and whether each is a span of the closed hour, to the second of the vCenter's own history. */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { VmRecord } from '@meterhouse/contract';
import type { VcsimAction, VcsimEvent, VcsimTruth } from '@meterhouse/meter/peers/vcsim';

const POWER: Readonly<Record<string, VmRecord['power']>> = {
  VmPoweredOnEvent: 'on',
  VmPoweredOffEvent: 'off',
  VmSuspendedEvent: 'suspended',
};
const HOUR_MS = 3_600_000;

/** Milliseconds between two changes of a machine: so that they fall into different seconds as well as into the same. */
const LONGEST_WAIT = 700;

/** Each of some machines is switched off and on again until there are so many changes. */
export function stormOf(machines: VcsimTruth['machines'], changes: number): VcsimAction[] {
  const each = Math.ceil(changes / machines.length);
  return Array.from({ length: changes }, (_, change) => {
    const [at, step] = [Math.floor(change / each), change % each];
    const { id: vm } = machines[at]!;
    const ms = (at * 137 + step * 211) % LONGEST_WAIT;
    return [
      { do: 'wait', vm, ms },
      { do: 'power', vm, to: step % 2 === 0 ? 'off' : 'on' },
    ] satisfies VcsimAction[];
  }).flat();
}

/**
 * Spans that are not as the history has them, in words.
 * @param path the `vm` records of the hour, compressed
 * @param ahead milliseconds that the clock of the records is ahead of the history's
 */
export async function wrongSpans(
  path: string,
  machines: VcsimTruth['machines'],
  events: readonly VcsimEvent[],
  ahead: number,
): Promise<readonly string[]> {
  const lines = gunzipSync(await readFile(path))
    .toString('utf8')
    .trimEnd()
    .split('\n');
  const records = Map.groupBy(
    lines.map((line) => JSON.parse(line) as VmRecord),
    ({ vm }) => vm,
  );
  const happened = Map.groupBy(
    events.filter(({ type, vm }) => vm !== undefined && POWER[type] !== undefined),
    ({ vm }) => vm!,
  );
  return machines.flatMap(({ id, uuid }) => {
    const own = records.get(uuid) ?? [];
    const began = Date.parse(own[0]?.started ?? '');
    const wanted = spansOf(happened.get(id) ?? [], began, ahead);
    const told = own.map(({ power, started, ended }) => `${power} ${started} ${ended}`);
    return wanted.join() === told.join() ? [] : [`${id}: ${told.join(', ')} and not ${wanted.join(', ')}`];
  });
}

/** What records of the hour must say, from the first second that was seen on. */
function spansOf(events: readonly VcsimEvent[], began: number, ahead: number): string[] {
  const end = (Math.floor(began / HOUR_MS) + 1) * HOUR_MS;
  // Of what happened to a machine within a second the last counts.
  const steps = new Map<number, VmRecord['power']>();
  let before: VmRecord['power'] = 'off';
  for (const { ms, type } of events.toSorted((a, b) => a.ms - b.ms)) {
    const second = Math.floor((ms + ahead) / 1000) * 1000;
    if (second <= began) before = POWER[type]!;
    else if (second < end) steps.set(second, POWER[type]!);
  }
  const spans: { power: VmRecord['power']; from: number }[] = [{ power: before, from: began }];
  for (const [from, power] of steps) if (power !== spans.at(-1)!.power) spans.push({ power, from });
  return spans.map(
    ({ power, from }, index) => `${power} ${text(from)} ${text(spans[index + 1]?.from ?? end)}`,
  );
}

const text = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
