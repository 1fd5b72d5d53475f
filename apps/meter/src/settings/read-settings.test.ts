import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { MeterError } from '../identity/index.ts';
import { readSettings } from './index.ts';

async function folder(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'settings-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  return root;
}
async function file(t: TestContext, text: string): Promise<string> {
  const path = join(await folder(t), 'meter.yaml');
  await writeFile(path, text);
  return path;
}
async function faults(
  path: string,
  environment: Record<string, string> = {},
  flags: Record<string, string> = {},
): Promise<readonly string[]> {
  const error = await readSettings(path, environment, flags).then(
    () => assert.fail('no fault'),
    (error) => error,
  );
  assert.ok(error instanceof MeterError, error);
  assert.equal(error.code, 'settings-refused');
  return error.faults;
}

test('a short file is filled with the defaults, in plain units, and frozen', async (t) => {
  const settings = await readSettings(
    await file(
      t,
      'service: https://meterhouse.example/\nproducts:\n  - {name: vc1, type: vCenter, address: vc1.example, user: meter}\n',
    ),
    {},
  );
  assert.deepEqual(settings, {
    service: 'https://meterhouse.example',
    serviceCaFile: undefined,
    rulesFromService: true,
    products: [
      {
        name: 'vc1',
        type: 'vCenter',
        address: 'vc1.example',
        port: 443,
        user: 'meter',
        fingerprint: undefined,
        caFile: undefined,
        poll: 10,
        paused: false,
      },
    ],
    licenses: [],
    customers: [],
    privacy: { vm: 'hashed', host: 'hashed', cluster: 'hashed', customer: 'plain', license: 'masked' },
    spool: { limitBytes: 10 * 2 ** 30, warnAt: 0.8, keepDays: 40 },
    upload: { interval: 3600, jitter: 300 },
    api: { listen: '127.0.0.1:8443', certFile: undefined, keyFile: undefined },
  });
  assert.ok(Object.isFrozen(settings) && Object.isFrozen(settings.products[0]));
});

test('times, sizes and parts are taken as people write them', async (t) => {
  const settings = await readSettings(
    await file(
      t,
      'spool: {limit: 10 GB, warnAt: 75%, keep: 36h}\nupload: {interval: 90m, jitter: 0}\napi: {listen: off}\n',
    ),
    {},
  );
  assert.deepEqual(settings.spool, { limitBytes: 10e9, warnAt: 0.75, keepDays: 2 });
  assert.deepEqual(settings.upload, { interval: 5400, jitter: 0 });
  assert.equal(settings.api.listen, undefined);
});

test('every fault is told at once, each with its line and its place', async (t) => {
  const path = await file(
    t,
    `service: http://meterhouse.example
colour: red
products:
  - name: VC 1
    type: vCenter
    address: https://vc1.example/sdk
    port: 70000
    user: meter
    poll: 5m
    password: hunter2-hunter2
  - name: vc2
    type: vcentre
    address: vc2.example
    fingerprint: 1234
spool:
  limit: plenty
`,
  );
  assert.deepEqual(
    await faults(path),
    [
      'meter.yaml:2: colour is not known here; known are service, serviceCaFile, rulesFromService, products, licenses, customers, privacy, spool, upload, api',
      'meter.yaml:4: products/0/name must be 1 to 64 small letters, digits or dashes',
      'meter.yaml:7: products/0/port must be at most 65535',
      'meter.yaml:9: products/0/poll must be from 1s to 1m',
      'meter.yaml:10: products/0/password is not known here; known are name, type, address, port, user, fingerprint, caFile, poll, paused',
      'meter.yaml:12: products/1/type must be one of vCenter, libvirt',
      'meter.yaml:14: products/1/fingerprint must be text: put it in quotes',
      'meter.yaml:16: spool/limit must be a size such as 512MiB, 10GB or 10 GiB',
    ].map((line) =>
      line.replace(
        'fingerprint must be text: put it in quotes',
        'fingerprint must be text: put it in quotes',
      ),
    ),
  );
});

test('a password that was put into the file is refused and not repeated', async (t) => {
  const told = await faults(
    await file(
      t,
      'products:\n  - {name: a, type: vCenter, address: a.example, user: u, password: hunter2}\n',
    ),
  );
  assert.ok(!told.join('\n').includes('hunter2'));
  const uri = await faults(
    await file(t, 'products:\n  - {name: a, type: libvirt, address: "qemu+tcp://me:hunter2@h/system"}\n'),
  );
  assert.ok(!uri.join('\n').includes('hunter2'));
});

test('what only shows when parts are seen together is told too', async (t) => {
  const path = await file(
    t,
    `service: http://meterhouse.example
serviceCaFile: none.pem
products:
  - {name: vc1, type: vCenter, address: vc1.example/sdk}
  - {name: vc1, type: libvirt, address: kvm1.example, port: 16509}
customers:
  - {name: Acme, productId: vc9, targetType: Folder, targetId: group-v1}
  - {name: Acme, productType: VCD, productId: 88531d1c-296e-4b47-8431-c0e8182148e7, targetType: Folder, targetId: x}
  - {name: No customer label, productId: vc1, targetType: Folder, targetId: group-v1}
api: {certFile: a.pem}
`,
  );
  const told = await faults(path);
  assert.deepEqual(told, [
    'meter.yaml:9: customers/2/name must not be "n/a", "No Customer Label" or "-", begin or end with a blank, or contain control characters',
  ]);
  await writeFile(
    path,
    (await import('node:fs'))
      .readFileSync(path, 'utf8')
      .replace('No customer label', 'Northwind')
      .replace('group-v1}\n  - {name: Acme, productType', 'group-v1}\n  - {name: Acme, productType'),
  );
  const later = (await faults(path)).map((line) =>
    line.replace(/: \/.*none\.pem/, ': none.pem').replace(/: \/.*a\.pem/, ': a.pem'),
  );
  assert.deepEqual(later, [
    'meter.yaml:1: service must begin with https://: http:// is for this machine only',
    'meter.yaml:2: serviceCaFile names a file that cannot be read (ENOENT): none.pem',
    'meter.yaml:4: products/0/address must be a host name or an address alone, such as vc1.example',
    'meter.yaml:4: products/0/user is required for a vCenter',
    'meter.yaml:5: products/1/name is there twice',
    'meter.yaml:5: products/1/address is no connection URI such as qemu:///system or qemu+ssh://meter@host/system',
    'meter.yaml:5: products/1/port is for a vCenter: what libvirt needs stands in `address`',
    'meter.yaml:7: customers/0/productId is neither the name of a product above nor a UUID',
    'meter.yaml:8: customers/1/targetType must be one of VCD, vcd_organization for the product type VCD',
    'meter.yaml:10: api/keyFile is required with certFile',
    'meter.yaml:10: api/certFile names a file that cannot be read (ENOENT): a.pem',
  ]);
});

test('a port within the address of a vCenter is told as such; an IPv6 address has none', async (t) => {
  const products = (address: string) => `products:\n- {name: a, address: "${address}", user: u}\n`;
  assert.deepEqual(await faults(await file(t, products('127.0.0.1:8989'))), [
    'meter.yaml:2: products/0/address must have its port apart: address 127.0.0.1, port 8989',
  ]);
  const { products: read } = await readSettings(await file(t, products('fd00::12')), {});
  assert.equal(read[0]?.address, 'fd00::12');
});

test('a libvirt address that would start a program or switch a check off is refused, with every fault and no password', async (t) => {
  const path = await file(
    t,
    'products:\n- {name: a, type: libvirt, address: "qemu+ext://me:hunter2@h/system?command=/tmp/x&no_verify=1"}\n',
  );
  assert.deepEqual(await faults(path), [
    'meter.yaml:2: products/0/address has the transport "ext", which starts a program of its own: use ssh, tls or unix',
    'meter.yaml:2: products/0/address holds a password: libvirt reads passwords from its auth.conf',
    'meter.yaml:2: products/0/address has the parameter "command": it names a program that would be started here',
    'meter.yaml:2: products/0/address has the parameter "no_verify": it switches the check of the host off: trust its authority instead',
  ]);
});

test('a file that is no YAML, or no settings, is told with its line', async (t) => {
  assert.match((await faults(await file(t, 'spool:\n  limit: "10GB\n')))[0]!, /^meter\.yaml:\d: /);
  assert.deepEqual(await faults(await file(t, '- a\n')), [
    'meter.yaml:1: must be settings, one a line, such as "service: https://meterhouse.example"',
  ]);
});

test('a section of which every line is a comment says nothing', async (t) => {
  const settings = await readSettings(await file(t, 'spool:\n#  limit: 1GiB\nproducts:\nlicenses:\n'), {});
  assert.equal(settings.spool.limitBytes, 10 * 2 ** 30);
  assert.deepEqual(await faults(await file(t, 'sbool:\n# x\n')), [
    'meter.yaml:1: sbool is not known here; known are service, serviceCaFile, rulesFromService, products, licenses, customers, privacy, spool, upload, api',
  ]);
});

test('without a file one product can come from the environment, and flags win over it', async (t) => {
  const path = join(await folder(t), 'meter.yaml');
  const settings = await readSettings(
    path,
    {
      METERHOUSE_METER_SERVICE: 'http://127.0.0.1:8390',
      METERHOUSE_METER_PRODUCT_ADDRESS: 'vc1.example',
      METERHOUSE_METER_PRODUCT_USER: 'meter',
      METERHOUSE_METER_PRODUCT_PORT: '8989',
      METERHOUSE_METER_SPOOL_LIMIT: '20GiB',
      METERHOUSE_METER_PRIVACY_VM: 'plain',
      METERHOUSE_METER_SERVICE_HOST: '10.0.0.1',
    },
    { 'spool-limit': '30GiB' },
  );
  assert.equal(settings.spool.limitBytes, 30 * 2 ** 30);
  assert.equal(settings.privacy.vm, 'plain');
  const [product] = settings.products;
  assert.deepEqual(
    [product?.name, product?.type, product?.address, product?.port],
    ['product', 'vCenter', 'vc1.example', 8989],
  );
  await assert.rejects(readSettings(path, {}), { code: 'settings-missing' });
});

test('the environment lays a field over the product of its name, and gives lists as YAML', async (t) => {
  const path = await file(
    t,
    'products:\n  - {name: vc1, type: vCenter, address: old.example, user: meter}\n  - {name: vc2, type: vCenter, address: vc2.example, user: meter}\n',
  );
  const settings = await readSettings(path, {
    METERHOUSE_METER_PRODUCT_NAME: 'vc1',
    METERHOUSE_METER_PRODUCT_ADDRESS: 'new.example',
    METERHOUSE_METER_CUSTOMERS: '[{name: Acme, productId: vc1, targetType: Folder, targetId: /DC0/vm/Acme}]',
  });
  assert.deepEqual(
    settings.products.map(({ address }) => address),
    ['new.example', 'vc2.example'],
  );
  assert.deepEqual(settings.customers, [
    {
      id: 1,
      name: 'Acme',
      productType: 'vCenter',
      productId: 'vc1',
      targetId: '/DC0/vm/Acme',
      targetType: 'Folder',
    },
  ]);
});

test('a fault from outside is told under the name that it was given by', async (t) => {
  const path = await file(t, 'spool: {limit: 1GiB}\n');
  assert.deepEqual(
    (
      await faults(
        path,
        {
          METERHOUSE_METER_PRODUCT_ADDRESS: 'vc1.example',
          METERHOUSE_METER_PRODUCT_PORT: 'many',
          METERHOUSE_METER_PRIVACY_VM: 'hidden',
          METERHOUSE_METER_SPOOL_LIMT: '1GiB',
          METERHOUSE_METER_PRODUCT_PASSWORD: 'hunter2',
          METERHOUSE_METER_API_PASSWORD: 'hunter2',
          METERHOUSE_METER_LICENSES: '[{key: ABCDE}]',
        },
        { 'spool-warn-at': 'late', 'sspool-limit': '1' },
      )
    ).toSorted(),
    [
      '--spool-warn-at: must be a part such as 80% or 0.8',
      '--sspool-limit is no setting; see docs/meter/settings.md',
      'METERHOUSE_METER_LICENSES: 0/category is required',
      'METERHOUSE_METER_PRIVACY_VM: must be one of hashed, redacted, plain',
      'METERHOUSE_METER_PRODUCT_PASSWORD is no setting: the password of a product goes into METERHOUSE_METER_PASSWORD_<NAME>, or a file into METERHOUSE_METER_PASSWORD_FILE_<NAME>; see docs/meter/settings.md',
      'METERHOUSE_METER_PRODUCT_PORT: must be a whole number',
      'METERHOUSE_METER_SPOOL_LIMT is no setting; see docs/meter/settings.md',
    ],
  );
});

test('rules without a number are counted on behind the highest one', async (t) => {
  const rule = (more: string) =>
    `  - {${more}name: A, productId: 88531D1C-296e-4b47-8431-c0e8182148e7, targetType: Folder, targetId: `;
  const settings = await readSettings(
    await file(t, `customers:\n${rule('')}a}\n${rule('id: 7, ')}b}\n${rule('')}c}\n`),
    {},
  );
  assert.deepEqual(
    settings.customers.map(({ id }) => id),
    [8, 7, 9],
  );
  assert.equal(settings.customers[0]?.productId, '88531d1c-296e-4b47-8431-c0e8182148e7');
});
