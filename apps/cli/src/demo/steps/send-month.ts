import { PACKAGE_MEDIA_TYPE } from '@meterhouse/contract';
import { type WriteProgress, type WrittenDay, writeDays } from '@meterhouse/meter/days';
import { fleetDays } from '@meterhouse/meter/fleet';
import type { ActivatedMeter } from '@meterhouse/meter/identity';
import { replayTrace } from '@meterhouse/meter/replay';
import { parseMonth } from '@meterhouse/metering';
import { readPackageFile } from '../../journey/package-file.ts';
import { sendPackage } from '../../journey/send-package.ts';
import { sendPackages } from '../../journey/send-packages.ts';
import { bytes, count, plural } from '../../terminal/numbers.ts';
import { startProgress } from '../../terminal/progress.ts';
import { tellSent } from '../../terminal/sent-lines.ts';
import { statusLine } from '../call.ts';
import { AUTHORISED, type Journey } from '../journey.ts';

const SEED = 'demo';
const MACHINES = 400;

/** Meters a month, of the made-up fleet or of a trace, and sends its packages: the first one as a person would, then the rest. */
export async function sendMonth(journey: Journey, meter: ActivatedMeter): Promise<void> {
  const { narrator, place, client, month, trace } = journey;
  const what = trace === undefined ? `a made-up fleet of ${MACHINES} machines` : `the trace ${trace}`;
  narrator.step(
    'Meter a month and send it',
    `${month} of ${what}: a signed package a day, chained to the one before.`,
  );
  const metering = await startProgress('   Metering', 1);
  const days = await writeMonth(journey, meter, ({ day, daysDone, days: all, records }) =>
    metering.update(daysDone / all, `${day}, ${count(records)} records`),
  ).finally(() => metering.stop());
  const sum = (of: (day: WrittenDay) => number | undefined) =>
    days.reduce((total, day) => total + (of(day) ?? 0), 0);
  narrator.say(
    `${plural(days.length, 'package')}, ${plural(
      sum((day) => day.records),
      'record',
    )}, ${bytes(sum((day) => day.bytes))} in ${place.packages}`,
  );

  const [first] = days;
  narrator.command(
    `curl -s "$SERVER/usage/api/v1/agents/$AGENT/uploads" ${AUTHORISED}`,
    `-H 'Content-Type: ${PACKAGE_MEDIA_TYPE}'`,
    `--data-binary @${first!.path}`,
  );
  const { answer, known } = await sendPackage(client, await readPackageFile(first!.path));
  narrator.answer(statusLine(known ? 200 : 202), answer);

  narrator.say('All of them, by the command line; the first one is known by now:');
  narrator.command(
    `METERHOUSE_TOKEN=${place.token} npm run --silent meterhouse -- uploads send`,
    `--server "$SERVER" ${place.packages}/*`,
  );
  const sending = await startProgress('   Sending', 1);
  const summary = await sendPackages(
    client,
    days.map(({ path }) => path),
    {
      onProgress: ({ done, total, file }) =>
        sending.update(total === 0 ? 1 : done / total, file.slice(-13, -3)),
      onRefused: ({ path, failure }) => sending.tell(`${path}: ${failure.message}`),
    },
  ).finally(() => sending.stop());
  for (const line of tellSent(summary)) narrator.say(line);
  if (summary.stopped !== undefined) throw summary.stopped.failure;
}

async function writeMonth(
  { place, month, trace }: Journey,
  meter: ActivatedMeter,
  onProgress: (progress: WriteProgress) => void,
): Promise<readonly WrittenDay[]> {
  if (trace !== undefined) {
    const replay = await replayTrace({ dir: place.meter, trace, month, out: place.packages, onProgress });
    return replay.days;
  }
  const fleet = fleetDays({ seed: SEED, machines: MACHINES, month: parseMonth(month) });
  return writeDays(fleet, { meter, out: place.packages, onProgress });
}
