import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { appendFile, copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import type { PrivacySettings } from '../settings/index.ts';
import { createHide, hmacSha256 } from './hide.ts';
import { follow, type Stretch, settingsAt } from './in-force.ts';
import {
  allNames,
  exportPrivacyKey,
  importPrivacyKey,
  type MeterPrivacy,
  maskedLicense,
  openPrivacy,
  viewPrivacy,
} from './index.ts';

const SETTINGS: PrivacySettings = {
  vm: 'hashed',
  host: 'hashed',
  cluster: 'hashed',
  customer: 'plain',
  license: 'masked',
};
const PLAIN: PrivacySettings = {
  vm: 'plain',
  host: 'plain',
  cluster: 'plain',
  customer: 'plain',
  license: 'plain',
};
const NOVEMBER = Date.UTC(2026, 10, 28, 14, 30);
const HOUR = Date.UTC(2026, 10, 28, 14) / 1000;
const DECEMBER = Date.UTC(2026, 11) / 1000;

async function folder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'privacy-'));
  t.after(async () => {
    // Names are written behind the back of whoever asks for a text.
    await Promise.all(everOpened.map((privacy) => privacy.flush()));
    await rm(dir, { recursive: true, force: true });
  });
  return dir;
}
const everOpened: MeterPrivacy[] = [];
async function opened(
  dir: string,
  settings = SETTINGS,
  now = NOVEMBER,
  onFault: (error: Error) => void = assert.fail,
): Promise<MeterPrivacy> {
  const privacy = await openPrivacy({ dir, environment: {}, settings, now, onFault });
  everOpened.push(privacy);
  return privacy;
}
const linesOf = async (dir: string, month = '2026-11') =>
  (await readFile(join(dir, 'names', `${month}.ndjson`), 'utf8')).split('\n').filter((line) => line !== '');

test('what a command forces beside a running meter holds for it once it reads its settings again', async (t) => {
  const dir = await folder(t);
  const running = await opened(dir);
  const command = await opened(dir);
  const waiting = await viewPrivacy(dir, PLAIN, NOVEMBER);
  assert.deepEqual([waiting.now, waiting.next?.from], [SETTINGS, DECEMBER * 1000]);
  await command.follow(PLAIN, NOVEMBER, true);
  assert.deepEqual(await viewPrivacy(dir, PLAIN, NOVEMBER), { now: PLAIN, next: undefined });
  assert.equal(await running.follow(PLAIN, NOVEMBER, false), true);
  assert.equal(running.text('vm', 'web-01', HOUR), 'web-01');
  assert.equal(running.view(NOVEMBER).next, undefined, 'nothing waits for the next month');
  assert.notEqual(running.text('vm', 'web-01', HOUR - 3600), 'web-01', 'hours before keep their setting');
});

test('the key goes to another meter as text, which hides alike then', async (t) => {
  const [one, other] = [await folder(t), await folder(t)];
  await importPrivacyKey(other, await exportPrivacyKey(one, {}));
  assert.equal(
    (await opened(one)).text('vm', 'web-01', HOUR),
    (await opened(other)).text('vm', 'web-01', HOUR),
  );
});

test('a name is hidden the same way each time, in each process, and in no two ways alike by attribute', async (t) => {
  const dir = await folder(t);
  const privacy = await opened(dir);
  const hidden = privacy.text('vm', 'web-01', HOUR);
  assert.match(hidden, /^vm-[0-9a-f]{32}$/);
  assert.equal((await opened(dir)).text('vm', 'web-01', HOUR), hidden);
  assert.notEqual(privacy.text('host', 'web-01', HOUR).slice(5), hidden.slice(3));
  assert.notEqual((await opened(await folder(t))).text('vm', 'web-01', HOUR), hidden, 'with another key');
  assert.equal(privacy.text('customer', 'Acme', HOUR), 'Acme');
  assert.equal(privacy.text('vm', '', HOUR), '');
});

test('whatever the name, what hides it is short, greppable, and no formula; two names are never one', () => {
  const hide = createHide(Buffer.alloc(32, 7));
  const seen = new Map<string, string>();
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const hidden = hide('cluster', name.toWellFormed());
      assert.match(hidden, /^cluster-[0-9a-f]{32}$/);
      assert.equal(seen.get(hidden) ?? name.toWellFormed(), name.toWellFormed());
      seen.set(hidden, name.toWellFormed());
    }),
  );
});

test('what hides a name is HMAC-SHA-256 as the platform makes it', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.string({ unit: 'grapheme' }),
      (key, text) => {
        const expected = createHmac('sha256', key).update(text, 'utf8').digest('hex');
        assert.equal(hmacSha256(Buffer.from(key))(text), expected);
      },
    ),
  );
});

test('a licence key shows its last five characters only, and always the same way', () => {
  assert.equal(maskedLicense('AB1CD-EF2GH-IJ3KL-MN4OP-7QK2M'), '*****-*****-*****-*****-7QK2M');
  assert.equal(maskedLicense('AB1CD-EF2GH-IJ3KL-MN4OP-7Q-K2M'), '*****-*****-*****-*****-7Q-K2M');
  assert.equal(maskedLicense('AB1CD'), '*****');
  assert.equal(maskedLicense('A-B-C-D-E'), '*-*-*-*-*');
  assert.equal(maskedLicense('id 12345.678'), '******45*678');
  fc.assert(
    fc.property(fc.string(), (key) => {
      const masked = maskedLicense(key);
      const shown = [...masked].filter((character) => character !== '*' && character !== '-');
      assert.ok(shown.length <= 5);
      assert.equal([...masked].length, [...key].length);
    }),
  );
});

test('redacted names are one word, plain ones themselves', async (t) => {
  const privacy = await opened(await folder(t), { ...PLAIN, vm: 'redacted', customer: 'redacted' });
  assert.deepEqual(
    [privacy.text('vm', 'a', HOUR), privacy.text('vm', 'b', HOUR), privacy.text('customer', 'Acme', HOUR)],
    ['redacted', 'redacted', 'redacted'],
  );
  assert.equal(privacy.text('host', 'esx1', HOUR), 'esx1');
  assert.equal(privacy.text('license', 'AAAAA-BBBBB', HOUR), 'AAAAA-BBBBB');
});

test('a change waits for the next month, also over a start; forced it begins with the running hour', async (t) => {
  const dir = await folder(t);
  const privacy = await opened(dir);
  assert.equal(await privacy.follow(PLAIN, NOVEMBER, false), true);
  assert.equal(await privacy.follow(PLAIN, NOVEMBER, false), false);
  assert.deepEqual(privacy.view(NOVEMBER), {
    now: SETTINGS,
    next: { from: DECEMBER * 1000, settings: PLAIN },
  });
  const again = await opened(dir, PLAIN, NOVEMBER + 1000);
  assert.match(again.text('vm', 'web', DECEMBER - 3600), /^vm-/);
  assert.equal(again.text('vm', 'web', DECEMBER), 'web');
  assert.match(again.text('vm', 'web', HOUR), /^vm-/, 'a late hour of the month before stays hidden');
  assert.deepEqual(again.view(DECEMBER * 1000), { now: PLAIN, next: undefined });

  assert.equal(await again.follow(PLAIN, NOVEMBER, true), true);
  assert.equal(again.text('vm', 'web', HOUR), 'web');
  assert.match(again.text('vm', 'web', HOUR - 3600), /^vm-/);
});

test('a change that is taken back before its month never comes into force', async (t) => {
  const privacy = await opened(await folder(t));
  await privacy.follow(PLAIN, NOVEMBER, false);
  assert.equal(await privacy.follow(SETTINGS, NOVEMBER + 5000, false), true);
  assert.equal(privacy.view(NOVEMBER).next, undefined);
  assert.match(privacy.text('vm', 'web', DECEMBER), /^vm-/);
});

test('whatever is changed and when, an hour that was written keeps its setting, and without force every month has one', () => {
  const setting = fc.constantFrom<PrivacySettings>(SETTINGS, PLAIN, { ...PLAIN, vm: 'redacted' });
  const step = fc.record({
    settings: setting,
    wait: fc.integer({ min: 0, max: 40 * 86_400 }),
    force: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.boolean(), (steps, mayForce) => {
      let now = NOVEMBER / 1000;
      let stretches: readonly Stretch[] = follow([], SETTINGS, now, false);
      const month = (hour: number) => new Date(hour * 1000).toISOString().slice(0, 7);
      for (const { settings, wait, force } of steps) {
        now += wait;
        const before = stretches;
        stretches = follow(before, settings, now, force && mayForce);
        const running = Math.floor(now / 3600) * 3600;
        for (const hour of [running - 3600, running - 86_400, NOVEMBER / 1000])
          if (hour < running) assert.deepEqual(settingsAt(stretches, hour), settingsAt(before, hour));
        assert.deepEqual(settingsAt(stretches, running + 32 * 86_400), settings);
        if (force && mayForce) assert.deepEqual(settingsAt(stretches, running), settings);
        assert.deepEqual(
          stretches.map(({ from }) => from).toSorted((a, b) => a - b),
          stretches.map(({ from }) => from),
        );
      }
      if (!mayForce)
        for (const { from } of stretches.slice(1))
          assert.notEqual(month(from), month(from - 1), 'begins with a month');
    }),
  );
});

test('each hidden name is written down once a month, before flush ends, for the owner only', async (t) => {
  const dir = await folder(t);
  const privacy = await opened(dir);
  for (let at = 0; at < 3; at += 1) for (const name of ['web', 'db']) privacy.text('vm', name, HOUR);
  privacy.text('host', 'web', HOUR);
  privacy.text('customer', 'Acme', HOUR);
  await privacy.flush();
  const lines = await linesOf(dir);
  assert.equal(lines.length, 3);
  assert.deepEqual(JSON.parse(lines[0]!), {
    hidden: privacy.text('vm', 'web', HOUR),
    plain: 'web',
    attribute: 'vm',
    seen: '2026-11-28T14:00:00Z',
  });
  assert.equal((await stat(join(dir, 'names', '2026-11.ndjson'))).mode & 0o777, 0o600);
  assert.equal((await stat(join(dir, 'privacy.key'))).mode & 0o777, 0o600);
  // Another start, hours of both months in turn: each month has the name once.
  const again = await opened(dir, SETTINGS, DECEMBER * 1000 + 5);
  for (const hour of [HOUR, DECEMBER, HOUR, DECEMBER, HOUR]) again.text('vm', 'web', hour);
  await again.flush();
  assert.equal((await linesOf(dir)).length, 3);
  assert.equal((await linesOf(dir, '2026-12')).length, 1);
  const names = await allNames(dir);
  assert.equal(names.get(privacy.text('vm', 'db', HOUR)), 'db');
  assert.equal(names.size, 3);
});

test('a line that a crash tore is passed over, and the next name stands on a line of its own', async (t) => {
  const dir = await folder(t);
  const privacy = await opened(dir);
  privacy.text('vm', 'web', HOUR);
  await privacy.flush();
  await appendFile(join(dir, 'names', '2026-11.ndjson'), '{"hidden":"vm-0123","pl');
  const again = await opened(dir);
  again.text('vm', 'db', HOUR);
  await again.flush();
  assert.deepEqual([...(await allNames(dir)).values()].sort(), ['db', 'web']);
});

test('names that cannot be written are told, and written with the next ones', async (t) => {
  const dir = await folder(t);
  const faults: Error[] = [];
  const privacy = await opened(dir, SETTINGS, NOVEMBER, (error) => faults.push(error));
  await writeFile(join(dir, 'names'), 'in the way');
  assert.match(privacy.text('vm', 'web', HOUR), /^vm-/);
  await privacy.flush();
  assert.equal(faults.length, 1);
  await rm(join(dir, 'names'));
  privacy.text('vm', 'db', HOUR);
  await privacy.flush();
  assert.deepEqual([...(await allNames(dir)).values()].sort(), ['db', 'web']);
});

test("another meter's key hides alike; another key later is refused, and a lost one is told", async (t) => {
  const [first, second] = [await folder(t), await folder(t)];
  const one = await opened(first);
  const text = await readFile(join(first, 'privacy.key'), 'utf8');
  await importPrivacyKey(second, text);
  const two = await opened(second);
  assert.equal(two.text('host', 'esx1', HOUR), one.text('host', 'esx1', HOUR));
  await importPrivacyKey(second, text);
  const other = Buffer.alloc(32, 1).toString('base64url');
  await assert.rejects(importPrivacyKey(second, other), { code: 'privacy-key-in-use' });
  await assert.rejects(importPrivacyKey(second, 'x'), { code: 'key-damaged' });
  await writeFile(join(second, 'privacy.key'), other);
  await assert.rejects(opened(second), { code: 'privacy-key-changed' });
  await rm(join(second, 'privacy.key'));
  await assert.rejects(opened(second), { code: 'privacy-key-missing' });
  const named = join(second, 'elsewhere');
  await copyFile(join(first, 'privacy.key'), named);
  await openPrivacy({
    dir: second,
    environment: { METERHOUSE_METER_PRIVACY_KEY_FILE: named },
    settings: SETTINGS,
    now: NOVEMBER,
    onFault: assert.fail,
  });
});

test('a state that is not whole is refused, not guessed', async (t) => {
  for (const text of ['', '{}', '{"version":1,"key":"x","stretches":[]}']) {
    const dir = await folder(t);
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, 'privacy.json'), text);
    await assert.rejects(opened(dir), { code: 'privacy-damaged' });
  }
});
