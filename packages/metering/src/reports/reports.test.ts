import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REPORTS, type ReportType, type VmRecord } from '@meterhouse/contract';
import fc from 'fast-check';
import { formatInstant, HOUR, parseMonth } from '../measures/month.ts';
import { CLUSTER, HOST, PRODUCT, VM } from '../package/example.ts';
import { rulesInForce } from '../rules/rule-set.ts';
import { SHIPPED_RULE_SETS } from '../rules/shipped.ts';
import {
  divisorOf,
  type MeterMonth,
  meterReports,
  quantityOf,
  type Slice,
  sharesOf,
  toTsv,
} from './index.ts';
import { compareText } from './order.ts';

const month = parseMonth('2023-04');
const at = (hour: number) => month.first + hour * HOUR;

/** A record moved to an hour of the month, a span of seconds of it. */
function moved<Of extends { hour: string; started: string; ended: string }>(
  record: Of,
  hour: number,
  from = 0,
  to = HOUR,
): Of {
  return {
    ...record,
    hour: formatInstant(at(hour)),
    started: formatInstant(at(hour) + from),
    ended: formatInstant(at(hour) + to),
  };
}

const vm: VmRecord = { ...VM, name: 'web', memoryMib: 8192, services: ['a', 'b'], customer: 'acme' };
const slice = (
  hour: number,
  vms: readonly VmRecord[] = [moved(vm, hour)],
  change: Partial<Slice> = {},
): Slice => ({
  product: PRODUCT,
  hour: at(hour),
  status: 'collected',
  vms,
  hosts: [],
  clusters: [],
  ...change,
});
const hours = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

function input(slices: readonly Slice[], change: Partial<MeterMonth> = {}): MeterMonth {
  return {
    month,
    now: at(2000),
    products: [{ id: PRODUCT, type: 'vCenter', firstHour: at(0) }],
    slices,
    assignments: [{ from: null, until: null, contract: '1012345', site: 'Site A' }],
    ruleSets: new Map([
      ['1012345', SHIPPED_RULE_SETS.flex],
      ['77', SHIPPED_RULE_SETS.cores],
    ]),
    withoutContract: SHIPPED_RULE_SETS.plain,
    ...change,
  };
}

const report = (type: ReportType, of: MeterMonth) => meterReports(of)[type].map((row) => row.join('|'));

test('a month of one VM is one row of usage, one of its customer, one of history', () => {
  const reports = meterReports(input(hours(0, 720).map((hour) => slice(hour))));
  assert.deepEqual(reports.MONTHLY_USAGE, [
    ['vRAM', 'GB', '4.000', 'FLEX-VRAM', '20.000', '1012345', 'Site A', '0.000'],
  ]);
  assert.deepEqual(reports.CUSTOMER_MONTHLY_USAGE, [
    ['acme', 'vRAM', 'GB', '4.000', 'FLEX-VRAM', '20.000', '1012345', 'Site A'],
  ]);
  assert.deepEqual(reports.VM_HISTORY, [
    [
      PRODUCT,
      vm.vm,
      'web',
      'esx-01',
      'gold',
      'acme',
      '2023-04-01T00:00:00Z',
      '2023-05-01T00:00:00Z',
      '720.000',
      'on',
      '4',
      '8.000',
      '0.000',
      '4.000',
      '*****-ABCDE',
      'rental',
      'a,b',
    ],
  ]);
});

test('every row has a value for every column', () => {
  const reports = meterReports(
    input([slice(5, undefined, { hosts: [moved(HOST, 5)], clusters: [moved(CLUSTER, 5)] })], {
      assignments: [{ from: null, until: null, contract: '77', site: '' }],
    }),
  );
  for (const type of Object.keys(REPORTS) as ReportType[]) {
    for (const row of reports[type]) assert.equal(row.length, REPORTS[type].columns.length, type);
    if (type !== 'CUSTOMER_MONTHLY_USAGE') assert.ok(reports[type].length > 0, type);
  }
});

test('hours that nobody metered stand on every row of the month', () => {
  const slices = [
    ...hours(0, 100).map((hour) => slice(hour)),
    slice(100, [], { status: 'unreachable' }),
    slice(101, [moved(vm, 101, 0, 600)], { status: 'partial', covered: [[at(101), at(101) + 900]] }),
  ];
  assert.deepEqual(report('MONTHLY_USAGE', input(slices)), [
    'vRAM|GB|0.556|FLEX-VRAM|2.780|1012345|Site A|619.750',
  ]);
});

test('a change of contract cuts the month at its hour, and each part is billed by its own rules', () => {
  const of = input(
    hours(0, 720).map((hour) => slice(hour)),
    {
      assignments: [
        { from: null, until: at(360), contract: '', site: '' },
        { from: at(360), until: null, contract: '1012345', site: 'Site B' },
      ],
    },
  );
  assert.deepEqual(report('MONTHLY_USAGE', of), [
    'Memory|GB-hour|2880.000|PLAIN-MEMORY|0.000|||0.000',
    'Virtual processors|vCPU-hour|1440.000|PLAIN-VCPU|0.000|||0.000',
    'vRAM|GB|2.000|FLEX-VRAM|10.000|1012345|Site B|0.000',
  ]);
  assert.equal(report('VM_HISTORY', of).length, 1, 'nothing about the VM changed');
});

test('usage without a customer is told as such', () => {
  const nobody = { ...vm, vm: PRODUCT, customer: '' };
  const of = input([slice(0, [moved(vm, 0), moved(nobody, 0)])]);
  assert.deepEqual(
    report('CUSTOMER_MONTHLY_USAGE', of).map((row) => row.split('|')[0]),
    ['No Customer Label', 'acme'],
  );
});

test('customers are rounded each for itself, the month once', () => {
  const thirds = ['a', 'b', 'c'].map((customer, index) => ({
    ...vm,
    vm: `${index}`,
    customer,
    memoryMib: 2048,
  }));
  const of = input(
    hours(0, 240).map((hour) =>
      slice(
        hour,
        thirds.map((record) => moved(record, hour)),
      ),
    ),
  );
  assert.deepEqual(
    meterReports(of).CUSTOMER_MONTHLY_USAGE.map((row) => row[3]),
    ['0.333', '0.333', '0.333'],
  );
  assert.equal(meterReports(of).MONTHLY_USAGE[0]?.[2], '1.000');
});

test('a history row ends where something printed changes, or where there is a gap', () => {
  const of = input([
    slice(0, [moved(vm, 0, 0, 1800), moved({ ...vm, power: 'off', host: '' }, 0, 1800)]),
    slice(1, [moved({ ...vm, power: 'off', host: '' }, 1)]),
    slice(2, [moved({ ...vm, storageMib: 7, edition: 'premier' }, 2)]),
    slice(3, [moved(vm, 3)]),
    slice(5, [moved(vm, 5)]),
  ]);
  const cells = meterReports(of).VM_HISTORY.map((row) =>
    [row[6]?.slice(11, 16), row[8], row[9], row[13]].join(' '),
  );
  assert.deepEqual(cells, [
    '00:00 0.500 on 4.000',
    '00:30 1.500 off 0.000',
    '02:00 2.000 on 4.000',
    '05:00 1.000 on 4.000',
  ]);
});

test('cores are told by the hour and the key, in order of time', () => {
  const host = (hour: number, license: string, name = license) =>
    moved({ ...HOST, host: name, license }, hour);
  const slices = [
    slice(13, [], { hosts: [host(13, 'B')] }),
    slice(9, [], { hosts: [host(9, 'B'), host(9, 'A', 'x'), host(9, 'A', 'y')] }),
    slice(10, [], { hosts: [moved({ ...HOST, licenseCategory: 'perpetual' }, 10)] }),
  ];
  const of = input(slices, { assignments: [{ from: null, until: null, contract: '77', site: '' }] });
  assert.deepEqual(report('HOURLY_USAGE', of), [
    'Cores|CORE-HOURS|2023-04-01 9:00:00|A|64.000|Core-hour',
    'Cores|CORE-HOURS|2023-04-01 9:00:00|B|32.000|Core-hour',
    'Cores|CORE-HOURS|2023-04-01 13:00:00|B|32.000|Core-hour',
  ]);
});

test('a host that turns perpetual within the hour counts as what it was last', () => {
  const hosts = [moved(HOST, 0, 0, 1800), moved({ ...HOST, licenseCategory: 'perpetual' as const }, 0, 1800)];
  const contract = { assignments: [{ from: null, until: null, contract: '77', site: '' }] };
  assert.deepEqual(report('HOURLY_USAGE', input([slice(0, [], { hosts })], contract)), []);
  assert.equal(
    report('HOURLY_USAGE', input([slice(0, [], { hosts: hosts.slice(0, 1) })], contract)).length,
    1,
  );
});

test('cluster history merges as VM history does', () => {
  const of = input(
    hours(0, 3).map((hour) =>
      slice(hour, [], { clusters: [moved({ ...CLUSTER, vsanUsedMib: hour < 2 ? 1024 : 2048 }, hour)] }),
    ),
  );
  assert.deepEqual(report('CLUSTER_HISTORY', of), [
    `${PRODUCT}|gold|2023-04-01T00:00:00Z|2023-04-01T02:00:00Z|1.000|4.000|advanced|dedup`,
    `${PRODUCT}|gold|2023-04-01T02:00:00Z|2023-04-01T03:00:00Z|2.000|4.000|advanced|dedup`,
  ]);
});

test('slices of other months, of no known product, or of a contract without rules do not slip in', () => {
  assert.deepEqual(report('MONTHLY_USAGE', input([slice(-1), slice(720)])), []);
  assert.throws(() => meterReports(input([slice(0)], { products: [] })), RangeError);
  assert.throws(() => meterReports(input([slice(0)], { ruleSets: new Map() })), RangeError);
});

/** A few VMs over a few hours, with every field that reports print changing now and then. */
const usage = fc
  .array(
    fc.record({
      hour: fc.nat(8),
      vms: fc.uniqueArray(
        fc.record({
          vm: fc.constantFrom('a', 'b', 'c'),
          cut: fc.integer({ min: 1, max: 3599 }),
          memoryMib: fc.nat(100_000),
          reservationMib: fc.nat(30_000),
          power: fc.constantFrom('on' as const, 'off' as const),
          customer: fc.constantFrom('', 'x', 'y'),
          licenseCategory: fc.constantFrom('rental' as const, 'perpetual' as const),
        }),
        { selector: ({ vm }) => vm, maxLength: 3 },
      ),
    }),
    { maxLength: 9 },
  )
  .map((list) => list.filter(({ hour }, index) => list.findIndex((other) => other.hour === hour) === index));

test('order of slices, order of records, cuts of spans and slices that come again change no report', () => {
  fc.assert(
    fc.property(usage, fc.infiniteStream(fc.nat()), (list, random) => {
      const shuffle = <Item>(items: readonly Item[]) =>
        items
          .map((item) => [random.next().value as number, item] as const)
          .sort(([a], [b]) => a - b)
          .map(([, item]) => item);
      const whole = list.map(({ hour, vms }) =>
        slice(
          hour,
          vms.map(({ cut: _, ...change }) => moved({ ...vm, ...change }, hour)),
        ),
      );
      const cut = list.map(({ hour, vms }) =>
        slice(
          hour,
          shuffle(
            vms.flatMap(({ cut, ...change }) => [
              moved({ ...vm, ...change }, hour, 0, cut),
              moved({ ...vm, ...change }, hour, cut),
            ]),
          ),
        ),
      );
      const unreachable = whole.map((one): Slice => ({ ...one, status: 'unreachable', vms: [] }));
      assert.deepEqual(
        meterReports(input(shuffle([...cut, ...unreachable, ...cut]))),
        meterReports(input(whole)),
      );
    }),
    { numRuns: 200 },
  );
});

test('the points of a report are its printed quantity times the points per unit', () => {
  fc.assert(
    fc.property(usage, (list) => {
      const of = input(
        list.map(({ hour, vms }) =>
          slice(
            hour,
            vms.map(({ cut: _, ...change }) => moved({ ...vm, ...change }, hour)),
          ),
        ),
      );
      for (const [, , quantity, sku, points] of meterReports(of).MONTHLY_USAGE)
        if (sku === 'FLEX-VRAM')
          assert.equal(BigInt(points!.replace('.', '')), 5n * BigInt(quantity!.replace('.', '')));
    }),
  );
});

test('a slice is raised from unreachable to partial, to more of the hour and to collected, never back, and of equal ones the first is kept', () => {
  const none = slice(0, [], { status: 'unreachable' });
  const half = slice(0, [moved(vm, 0, 0, 1800)], { status: 'partial', covered: [[at(0), at(0) + 1800]] });
  const full = slice(0);
  const other = slice(0, [moved({ ...vm, name: 'other' }, 0)]);
  const shown = (...slices: Slice[]) =>
    meterReports(input(slices)).VM_HISTORY.map((row) => `${row[2]} ${row[8]}`);
  const more = slice(0, [moved(vm, 0, 0, 2700)], { status: 'partial', covered: [[at(0), at(0) + 2700]] });
  assert.deepEqual(shown(none, half), ['web 0.500']);
  assert.deepEqual(shown(half, more), ['web 0.750']);
  assert.deepEqual(shown(more, half), ['web 0.750']);
  assert.deepEqual(shown(none, half, full, half, none), ['web 1.000']);
  assert.deepEqual(shown(full, other), ['web 1.000']);
});

test('the divisor of a rule is the same for any usage', () => {
  const rules = Object.values(SHIPPED_RULE_SETS).map((ruleSet) => rulesInForce(ruleSet, month.name));
  const used = sharesOf(
    input([slice(5, undefined, { hosts: [moved(HOST, 5)], clusters: [moved(CLUSTER, 5)] })]),
  )[0]!;
  for (const ofMonth of rules)
    for (const rule of ofMonth.rules) {
      const ratio = quantityOf(rule, { ...used, rules: ofMonth }, month);
      assert.equal(divisorOf(rule, month), ratio?.denominator ?? 1n, rule.sku);
    }
});

test('a TSV is a header line and rows, each ended by LF, backslashes as they are', () => {
  assert.equal(toTsv(['A', 'B'], [['1', 'x\\ty']]), 'A\tB\n1\tx\\ty\n');
  assert.equal(toTsv(['A', 'B'], []), 'A\tB\n');
});

test('texts are in the order of their UTF-8 bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      assert.equal(Math.sign(compareText(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    {
      numRuns: 2000,
      examples: [
        ['\uffee', '😀'],
        ['', 'a'],
        ['😀', '😁'],
      ],
    },
  );
});
