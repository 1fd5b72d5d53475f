import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { MeterError } from '../identity/index.ts';
import { changeSettings, compareSettings, readSettings, writeSettings } from './index.ts';

const FILE = `# Ours, kept by Ada.
service: https://meterhouse.example   # the new one

products:
  # The big one.
  - name: vc1
    type: vCenter
    address: vc1.example
    user: meter   # least rights

  # Being taken down in March.
  - name: vc2
    type: vCenter
    address: vc2.example
    user: meter

# Whose is what.
customers:
  - name: Acme   # gold
    productId: vc1
    targetType: Folder
    targetId: group-v1
  - {name: Northwind, productId: vc1, targetType: Folder, targetId: group-v2}
`;

async function file(t: TestContext, text: string | undefined): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'settings-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const path = join(root, 'meter.yaml');
  if (text !== undefined) await writeFile(path, text);
  return path;
}
const vc3 = { name: 'vc3', type: 'vCenter', address: 'vc3.example', user: 'meter' } as const;
const lines = (text: string) => text.split('\n').filter((line) => line.trim() !== '');

test('an edit changes its lines and keeps every other, comments and order too', async (t) => {
  const path = await file(t, FILE);
  await changeSettings(path, {
    kind: 'change-product',
    name: 'vc2',
    fields: { fingerprint: '1'.repeat(64) },
  });
  const after = await readFile(path, 'utf8');
  assert.equal(
    after,
    FILE.replace(/(vc2\.example\n {4}user: meter\n)/, `$1    fingerprint: "${'1'.repeat(64)}"\n`)
      // What stands between value and comment is one blank.
      .replaceAll('   #', ' #'),
  );
});

test('products and rules are added, changed and taken out, each leaving the comments of the others', async (t) => {
  const path = await file(t, FILE);
  const added = await changeSettings(
    path,
    { kind: 'add-product', product: vc3 },
    {
      kind: 'add-rule',
      rule: { name: 'Zed', productId: 'vc3', targetType: 'Folder', targetId: '/DC0/vm/Zed' },
    },
    { kind: 'change-privacy', fields: { vm: 'plain' } },
  );
  assert.deepEqual(
    added.products.map(({ name }) => name),
    ['vc1', 'vc2', 'vc3'],
  );
  assert.deepEqual(
    added.customers.map(({ id, name }) => [id, name]),
    [
      [1, 'Acme'],
      [2, 'Northwind'],
      [3, 'Zed'],
    ],
  );
  assert.equal(added.privacy.vm, 'plain');

  const removed = await changeSettings(
    path,
    { kind: 'remove-rule', id: 1 },
    { kind: 'remove-product', name: 'vc2' },
  );
  assert.deepEqual(
    removed.customers.map(({ id, name }) => [id, name]),
    [
      [2, 'Northwind'],
      [3, 'Zed'],
    ],
    'a number stays with its rule',
  );
  const changed = await changeSettings(
    path,
    { kind: 'change-rule', id: 3, fields: { name: 'Zed & Co' } },
    { kind: 'change-privacy', fields: { vm: null } },
  );
  assert.equal(changed.customers[1]?.name, 'Zed & Co');
  assert.equal(changed.privacy.vm, 'hashed');
  const text = await readFile(path, 'utf8');
  for (const kept of [
    '# Ours, kept by Ada.',
    '# the new one',
    '# The big one.',
    '# least rights',
    '# Whose is what.',
  ])
    assert.ok(text.includes(kept), kept);
  assert.ok(!text.includes('vc2'));
  assert.deepEqual(await readSettings(path, {}), changed);
});

test('a rule whose number was only counted keeps it when one before it goes', async (t) => {
  const path = await file(t, FILE);
  const removed = await changeSettings(path, { kind: 'remove-rule', id: 1 });
  assert.deepEqual(
    removed.customers.map(({ id, name }) => [id, name]),
    [[2, 'Northwind']],
  );
  assert.equal(
    (await changeSettings(path, { kind: 'change-rule', id: 2, fields: { name: 'N' } })).customers[0]?.name,
    'N',
  );
});

test('an edit that would leave a fault is refused whole and nothing is written', async (t) => {
  const path = await file(t, FILE);
  const refused = (error: unknown) => error instanceof MeterError && error.code === 'settings-refused';
  await assert.rejects(changeSettings(path, { kind: 'remove-product', name: 'vc1' }), (error: MeterError) => {
    assert.match(error.faults[0]!, /customers\/0\/productId is neither the name/);
    return refused(error);
  });
  await assert.rejects(
    changeSettings(path, { kind: 'add-product', product: vc3 }, { kind: 'add-product', product: vc3 }),
    refused,
  );
  await assert.rejects(changeSettings(path, { kind: 'remove-rule', id: 9 }), { code: 'no-such-entry' });
  assert.equal(await readFile(path, 'utf8'), FILE);
});

test('a file that somebody writes during an edit is left as he wrote it', async (t) => {
  const path = await file(t, FILE);
  const foreign = `${FILE}# Somebody was here.\n`;
  const edit = {
    // Asked for once the file was read, and before it is written.
    get kind() {
      writeFileSync(path, foreign);
      return 'add-product' as const;
    },
    product: vc3,
  };
  await assert.rejects(changeSettings(path, edit), { code: 'settings-changed-meanwhile' });
  assert.equal(await readFile(path, 'utf8'), foreign);
});

test('edits at once do not lose each other', async (t) => {
  const path = await file(t, FILE);
  await Promise.all(
    Array.from({ length: 8 }, (_, at) =>
      changeSettings(path, { kind: 'add-product', product: { ...vc3, name: `p${at}` } }),
    ),
  );
  assert.equal((await readSettings(path, {})).products.length, 10);
});

test('a first edit makes the file, a link stays a link, and lists in either style go on in it', async (t) => {
  const none = await file(t, undefined);
  await changeSettings(none, { kind: 'add-product', product: vc3 });
  assert.equal((await readSettings(none, {})).products[0]?.name, 'vc3');

  const path = await file(t, 'products:\n- name: a\n  type: libvirt\n  address: test:///default\n');
  const link = `${path}.link.yaml`;
  await symlink(path, link);
  await changeSettings(link, { kind: 'change-product', name: 'a', fields: { paused: true } });
  assert.equal(
    await readFile(path, 'utf8'),
    'products:\n- name: a\n  type: libvirt\n  address: test:///default\n  paused: true\n',
  );
  const empty = await file(t, 'products: []\n');
  await changeSettings(empty, { kind: 'add-product', product: vc3 });
  assert.equal(lines(await readFile(empty, 'utf8')).length, 5);
});

test('a fresh file reads back as what it was made from, shows every setting, and is edited in place', async (t) => {
  const path = await file(t, undefined);
  const first = {
    service: 'https://meterhouse.example',
    products: [vc3, { name: 'kvm', type: 'libvirt', address: 'test:///default' } as const],
    privacy: { vm: 'plain' as const },
  };
  const made = await writeSettings(path, first);
  assert.deepEqual(await readSettings(path, {}), made);
  assert.equal(made.products[1]?.address, 'test:///default');
  await assert.rejects(writeSettings(path, first), { code: 'already-initialised' });
  const before = await readFile(path, 'utf8');
  await changeSettings(
    path,
    { kind: 'add-rule', rule: { name: 'Acme', productId: 'vc3', targetType: 'Folder', targetId: '/a' } },
    { kind: 'change-privacy', fields: { vm: 'redacted', host: 'plain' } },
  );
  const after = await readFile(path, 'utf8');
  for (const line of lines(before))
    if (line.trim() !== 'vm: plain') assert.ok(after.includes(line.trim()), line);
  const read = await readSettings(path, {});
  assert.deepEqual([read.privacy.vm, read.privacy.host], ['redacted', 'plain']);
  assert.deepEqual(compareSettings(made, read).rooms, ['customers', 'privacy']);

  const bare = await file(t, undefined);
  await writeSettings(bare, {});
  const untouched = await readFile(bare, 'utf8');
  await changeSettings(bare, { kind: 'change-privacy', fields: { vm: 'redacted' } });
  const touched = await readFile(bare, 'utf8');
  for (const line of lines(untouched)) assert.ok(touched.includes(line.trim()), line);
});

test('a fresh file whose commented lines are made live is a valid file with the defaults', async (t) => {
  const path = await file(t, undefined);
  const made = await writeSettings(path, {});
  const text = await readFile(path, 'utf8');
  const live = text
    .split('\n')
    .map((line) => line.replace(/^( *)# (( {2}|- )?[a-zA-Z]+: )/, '$1$2'))
    .filter((line) => !/^All of it/.test(line))
    .join('\n')
    .replace('3f9c…', 'a'.repeat(64))
    .replaceAll(/\/etc\/meterhouse\/[a-z0-9.-]+/g, path);
  await writeFile(path, live);
  const settings = await readSettings(path, {});
  assert.deepEqual(
    [settings.privacy, settings.spool, settings.upload],
    [made.privacy, made.spool, made.upload],
  );
  assert.equal(settings.products.length + settings.licenses.length + settings.customers.length, 3);
});

test('what is different between two readings is told by product and by room', async (t) => {
  const path = await file(t, FILE);
  const before = await readSettings(path, {});
  const after = await changeSettings(
    path,
    { kind: 'change-product', name: 'vc1', fields: { address: 'vc9.example', user: 'other' } },
    { kind: 'remove-product', name: 'vc2' },
    { kind: 'add-product', product: vc3 },
    { kind: 'change-privacy', fields: { vm: 'plain' } },
  );
  assert.deepEqual(compareSettings(before, after), {
    products: [
      { name: 'vc2', change: 'removed', fields: [] },
      { name: 'vc1', change: 'changed', fields: ['address', 'user'] },
      { name: 'vc3', change: 'added', fields: [] },
    ],
    rooms: ['privacy'],
  });
  assert.deepEqual(compareSettings(after, after), { products: [], rooms: [] });
});
