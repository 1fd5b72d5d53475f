/**
 * A month of a vCenter that lives, metered, sent and reported: the history and the bill must be what the script did, with exactly
 * the time missing that nobody could know of. Real are the vCenter's simulator, the meter's process, the service with its
 * databases, files and kills; the clock is the test's.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lacking } from '../peers/vcsim.ts';
import { mulberry32 } from './data-centre.ts';
import type { Stretch } from './history.ts';
import { second, setStage } from './stage.ts';

/** The shortest month there is. */
const MONTH: Stretch = [second('2023-02-01T00:00:00'), second('2023-03-01T00:00:00')];
/** The meter is set up in the evening before. */
const BEGIN = second('2023-01-31T22:50:00');

test('a month of a vCenter gives the history and the bill of what was done in it, with exactly the hours missing that nobody could know of', {
  skip: lacking(),
  timeout: 900_000,
}, async (t) => {
  const stage = await setStage(t, BEGIN);
  const { history, centre } = stage;
  const random = mulberry32(11);

  // Ordinary days: something happens now and then, sometimes several things in one second.
  await stage.live('2023-02-02T10:20:00', random, 20);
  await stage.license(centre.hosts()[0]!, 'RENTB');
  await stage.live('2023-02-04T10:20:00', random, 20);

  // The vCenter cannot be reached for three hours, in the middle of things; its history knows what happened.
  await centre.something(stage.now());
  stage.proxy.refuse(true);
  await stage.live('2023-02-04T13:41:30', random, 6);
  stage.proxy.refuse(false);
  await stage.backAt();
  await stage.live('2023-02-08T03:10:00', random, 25);

  // The meter is killed, and the vCenter goes on without it.
  await centre.something(stage.now());
  await stage.killMeter();
  await stage.live('2023-02-08T06:30:20', random, 5);
  await stage.startMeter();
  await stage.live('2023-02-11T08:15:30', random, 20);

  // An outage of which the vCenter has lost its history: this is the time that is missing.
  const lostFrom = await stage.settled();
  stage.proxy.refuse(true);
  stage.proxy.forget(true);
  await centre.blackout(stage.now());
  await stage.live('2023-02-11T10:45:10', random, 4);
  stage.proxy.forget(false);
  stage.proxy.refuse(false);
  history.miss([lostFrom, await stage.backAt()]);
  await stage.live('2023-02-14T12:00:05', random, 15);

  // The service is killed in the middle of an upload and stays away for two days.
  await stage.meter().wake();
  await stage.killService();
  await stage.live('2023-02-16T09:00:00', random, 20);
  await stage.startService();
  await stage.live('2023-02-19T23:59:58', random, 20);

  // Everything at once: meter and service are killed, the vCenter is away and comes back first.
  await centre.blackout(stage.now());
  await stage.killService();
  stage.proxy.refuse(true);
  await stage.killMeter();
  await stage.live('2023-02-20T05:00:00', random, 5);
  stage.proxy.refuse(false);
  await stage.live('2023-02-20T06:10:00', random, 2);
  await stage.startMeter();
  await stage.live('2023-02-20T08:00:00', random, 3);
  await stage.startService();
  await stage.live('2023-02-24T17:00:00', random, 25);

  // The meter is stopped for maintenance while the vCenter loses its history: missing again, across a midnight.
  const stoppedFrom = await stage.settled();
  await stage.stopMeter();
  stage.proxy.forget(true);
  await centre.blackout(stage.now());
  await stage.live('2023-02-25T01:07:09', random, 4);
  stage.proxy.forget(false);
  await stage.startMeter();
  history.miss([stoppedFrom, stage.now()]);
  await stage.live('2023-02-28T23:30:00', random, 20);
  await stage.live('2023-03-01T02:00:00', random, 3);

  await stage.sendAll();
  const reports = await stage.reports('2023-02');
  const shown = reports.VM_HISTORY!.map((row) => row.slice(1).join('\t')).sort();
  const expected = history
    .rows(MONTH)
    .map((row) => row.join('\t'))
    .sort();
  assert.deepEqual(shown, expected);
  const [vram] = reports.MONTHLY_USAGE!.filter((row) => row[3] === 'FLEX-VRAM');
  assert.equal(vram?.[2], history.vram(MONTH));
  assert.deepEqual(await stage.lackingHours('2023-02'), history.lackingHours(MONTH));
  assert.equal(Number(vram?.[7]), Math.round((history.missing(MONTH) / 3600) * 1000) / 1000);
});
