/** The test vectors of 4-metering-rules through the engine: what the reports print, and that the oracle prints the same. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ClusterRecord, HostRecord, VmRecord } from '@meterhouse/contract';
import { type Cap, type MeterMonth, parseMonth, type Rule, type RuleSet } from '@meterhouse/metering';
import { assertAgrees } from './testing-oracle.ts';

const GB = 1024;
const HOUR = 3600;
const product = '11111111-1111-4111-8111-111111111111';
const instant = (seconds: number) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;

interface Case {
  readonly month?: string;
  readonly cap?: Cap;
  readonly vms?: readonly Part<VmRecord>[];
  readonly hosts?: readonly Part<HostRecord>[];
  readonly clusters?: readonly Part<ClusterRecord>[];
  readonly assignments?: MeterMonth['assignments'];
}
/** A thing from hour `from` (0 at first) for `hours` (the whole month at first). */
type Part<Kind> = Partial<Kind> & { readonly from?: number; readonly hours?: number };

const rule = (sku: string, measure: Rule['measure'], points: string, more: Partial<Rule> = {}): Rule => ({
  sku,
  product: sku,
  unit: 'U',
  measure,
  where: {},
  points,
  from: '2020-01',
  ...more,
});
const billable = { licenseCategory: ['rental', 'unknown'] };
const rules: readonly Rule[] = [
  rule('vram', 'vram-average', '10', { where: billable }),
  rule('count', 'vm-count', '4'),
  rule('vcpu', 'vcpu-hours', '0'),
  rule('average', 'core-average', '0', { where: billable }),
  rule('licences', 'core-licences', '0'),
  rule('overage', 'overage-core-hours', '1'),
  rule('addon', 'vsan-raw-addon', '1', { entitledTibPerCore: '1', addon: 'difference' }),
];
const ruleSetOf = (cap: Cap): RuleSet => ({
  name: 'vectors',
  version: '2023-01-01',
  parameters: [
    {
      from: '2020-01',
      cap,
      coreFloorPerSocket: '0',
      rounding: 'half-away-3',
      hostHour: 'last-running-span',
      peak: 'highest-hour',
    },
  ],
  rules: [...rules],
});

const vm = {
  vm: '22222222-2222-4222-8222-222222222222',
  name: 'web',
  host: 'h',
  cluster: 'c',
  power: 'on',
  vcpus: 1,
  memoryMib: 0,
  reservationMib: 0,
  storageMib: 0,
  license: 'K',
  licenseCategory: 'rental',
  edition: '',
  customer: '',
  services: [],
} as const;
const host = {
  host: 'h',
  cluster: 'c',
  sockets: 1,
  coresPerSocket: 16,
  memoryMib: 0,
  license: 'K',
  licenseCategory: 'rental',
  sku: '',
  runningVms: 1,
  model: '',
} as const;
const cluster = { cluster: 'c', vsanUsedMib: 0, vsanRawMib: 0, features: [], edition: '' } as const;

/** The reports of a case: quantities and points by SKU, and the rows of the others. */
async function reportsOf({ month: name = '2023-04', cap = 'each-instant', ...given }: Case) {
  const month = parseMonth(name);
  const records = <Kind>(base: object, parts: readonly Part<object>[] = []) =>
    parts.flatMap(({ from = 0, hours = month.hours, ...own }) =>
      Array.from({ length: hours }, (_, place) => {
        const hour = month.first + (from + place) * HOUR;
        return {
          product,
          hour: instant(hour),
          ...base,
          ...own,
          started: instant(hour),
          ended: instant(hour + HOUR),
        };
      }),
    ) as unknown as (Kind & { hour: string })[];
  const byHour = <Kind extends { hour: string }>(list: Kind[]) => Map.groupBy(list, ({ hour }) => hour);
  const vms = byHour(records<VmRecord>(vm, given.vms));
  const hosts = byHour(records<HostRecord>(host, given.hosts));
  const clusters = byHour(records<ClusterRecord>(cluster, given.clusters));
  const slices = Array.from({ length: month.hours }, (_, place) => month.first + place * HOUR).map(
    (hour) => ({
      product,
      hour,
      status: 'collected' as const,
      vms: vms.get(instant(hour)) ?? [],
      hosts: hosts.get(instant(hour)) ?? [],
      clusters: clusters.get(instant(hour)) ?? [],
    }),
  );
  const texts = await assertAgrees({
    month,
    now: month.last + 86_400,
    products: [{ id: product, type: 'vCenter', firstHour: month.first }],
    slices,
    assignments: given.assignments ?? [],
    ruleSets: new Map([
      ['capped', ruleSetOf('each-instant')],
      ['open', ruleSetOf('none')],
    ]),
    withoutContract: ruleSetOf(cap),
  });
  const rows = (text: string) =>
    text
      .split('\n')
      .slice(1, -1)
      .map((line) => line.split('\t'));
  const monthly = rows(texts.MONTHLY_USAGE);
  return {
    quantity: Object.fromEntries(monthly.map((row) => [row[3]!, row[2]!])),
    points: Object.fromEntries(monthly.map((row) => [row[3]!, row[4]!])),
    customers: rows(texts.CUSTOMER_MONTHLY_USAGE),
    history: rows(texts.VM_HISTORY),
  };
}

const vram = async (given: Case) => (await reportsOf(given)).quantity.vram;
const whole = (gb: number, reservation = 0) =>
  vram({ vms: [{ memoryMib: gb * GB, reservationMib: reservation * GB }] });

describe('the engine bills as published and derived', () => {
  for (const [gb, reservation, billed] of [
    [4, 0, '2.000'],
    [10, 9, '9.000'],
    [4, 1, '2.000'],
    [4, 2, '2.000'],
    [4, 3, '3.000'],
    [4, 4, '4.000'],
    [16, 12, '12.000'],
    [48, 0, '24.000'],
    [64, 0, '24.000'],
    [64, 40, '24.000'],
  ] as const)
    it(`${gb} GB with a reservation of ${reservation}: ${billed}`, async () => {
      assert.equal(await whole(gb, reservation), billed);
    });

  it('months of 28, 29, 30, 31 days: 672, 696, 720, 744 hours', async () => {
    for (const [month, hours] of [
      ['2023-02', '672.000'],
      ['2024-02', '696.000'],
      ['2023-04', '720.000'],
      ['2023-01', '744.000'],
    ] as const)
      assert.equal((await reportsOf({ month, vms: [{}] })).quantity.vcpu, hours);
  });

  it('5 GB average at 10 points per GB: 50 points', async () => {
    assert.equal((await reportsOf({ vms: [{ memoryMib: 10 * GB }] })).points.vram, '50.000');
  });

  it('3 GB average at 10 points, plus a 4-point product: 30 and 4 points', async () => {
    const { points } = await reportsOf({ vms: [{ memoryMib: 6 * GB }] });
    assert.deepEqual([points.vram, points.count], ['30.000', '4.000']);
  });

  it('hosts 2 x 8 and 2 x 24 cores: 80 core licences; a 10-core CPU: 16', async () => {
    const hosts = [
      { host: 'a', sockets: 2, coresPerSocket: 8, hours: 1 },
      { host: 'b', sockets: 2, coresPerSocket: 24, hours: 1 },
    ];
    assert.equal((await reportsOf({ hosts })).quantity.licences, '80.000');
    assert.equal(
      (await reportsOf({ hosts: [{ coresPerSocket: 10, hours: 2 }] })).quantity.licences,
      '16.000',
    );
  });

  it('3 hosts, 1 x 8 cores, 11.520 TiB, 1 TiB entitled per core: add-on -36', async () => {
    const hosts = ['a', 'b', 'c'].map((name) => ({ host: name, coresPerSocket: 8, hours: 1 }));
    const { quantity, points } = await reportsOf({ hosts, clusters: [{ vsanRawMib: 12_079_595, hours: 1 }] });
    assert.deepEqual([quantity.licences, quantity.addon, points.addon], ['48.000', '-36.000', '-36.000']);
  });

  it('what a contract uses above its commit is no row of one meter', async () => {
    assert.equal((await reportsOf({ hosts: [{ hours: 1 }] })).quantity.overage, undefined);
  });

  it('8 GB for 360 of 720 h: 2.000; 4 GB for 100 h of 744: 0.269, of 672: 0.298', async () => {
    assert.equal(await vram({ vms: [{ memoryMib: 8 * GB, hours: 360 }] }), '2.000');
    const vms = [{ memoryMib: 4 * GB, hours: 100 }];
    assert.equal(await vram({ month: '2023-01', vms }), '0.269');
    assert.equal(await vram({ month: '2023-02', vms }), '0.298');
  });

  it('2 x 16-core host, a VM on in 500 of 744 hours: 21.505 average cores', async () => {
    const hosts = [
      { sockets: 2, hours: 500 },
      { sockets: 2, from: 500, hours: 244, runningVms: 0 },
    ];
    assert.equal((await reportsOf({ month: '2023-01', hosts })).quantity.average, '21.505');
  });

  it('64 GB for 360 h, then 16 GB for 360 h: 16.000 each-instant, 20.000 monthly-average, 20.000 without a cap', async () => {
    const vms = [
      { memoryMib: 64 * GB, hours: 360 },
      { memoryMib: 16 * GB, from: 360, hours: 360 },
    ];
    assert.equal(await vram({ vms, cap: 'each-instant' }), '16.000');
    assert.equal(await vram({ vms, cap: 'monthly-average' }), '20.000');
    assert.equal(await vram({ vms, cap: 'none' }), '20.000');
    assert.equal(await vram({ vms: [{ memoryMib: 64 * GB }], cap: 'monthly-average' }), '24.000');
  });

  it('a VM that moves from a rental to a perpetual host half way: only the first half counts', async () => {
    const vms = [
      { memoryMib: 8 * GB, hours: 360, host: 'a' },
      { memoryMib: 8 * GB, from: 360, hours: 360, host: 'b', licenseCategory: 'perpetual' as const },
    ];
    assert.equal(await vram({ vms }), '2.000');
  });

  it('a VM that moves between two rental hosts: the same total, two rows of history', async () => {
    const stays = await reportsOf({ vms: [{ memoryMib: 8 * GB }] });
    const moves = await reportsOf({
      vms: [
        { memoryMib: 8 * GB, hours: 360, host: 'a' },
        { memoryMib: 8 * GB, from: 360, hours: 360, host: 'b' },
      ],
    });
    assert.equal(moves.quantity.vram, stays.quantity.vram);
    assert.deepEqual([stays.history.length, moves.history.length], [1, 2]);
  });

  it('three VMs of 1/3 GB average each: 1.000 in the aggregate, 0.333 for each customer', async () => {
    const vms = [1, 2, 3].map((n) => ({
      vm: `${String(n).repeat(8)}-2222-4222-8222-222222222222`,
      memoryMib: 2 * GB,
      hours: 240,
      customer: `C${n}`,
    }));
    const { quantity, customers } = await reportsOf({ vms });
    assert.equal(quantity.vram, '1.000');
    assert.deepEqual(
      customers.filter((row) => row[4] === 'vram').map((row) => row[3]),
      ['0.333', '0.333', '0.333'],
    );
  });

  it('a change of contract splits the month, and the history only where what is billed changes', async () => {
    const { first } = parseMonth('2023-04');
    const change = first + 100 * HOUR;
    const assignments = [
      { from: null, until: change, contract: 'capped', site: '' },
      { from: change, until: null, contract: 'open', site: 'Site A' },
    ];
    const other = '99999999-2222-4222-8222-222222222222';
    const { history } = await reportsOf({
      vms: [
        { memoryMib: 64 * GB, hours: 200 },
        { vm: other, memoryMib: 8 * GB, hours: 200 },
      ],
      assignments,
    });
    assert.deepEqual(
      history.map((row) => [row[1], row[8], row[13]]),
      [
        [vm.vm, '100.000', '24.000'],
        [vm.vm, '100.000', '32.000'],
        [other, '200.000', '4.000'],
      ],
    );
  });
});
