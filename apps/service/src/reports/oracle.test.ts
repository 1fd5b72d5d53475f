import { describe, it } from 'node:test';
import type { ClusterRecord, HostRecord, VmRecord } from '@meterhouse/contract';
import {
  type Assignment,
  type MeterMonth,
  parseMonth,
  type Rule,
  type RuleSet,
  type Slice,
} from '@meterhouse/metering';
import fc from 'fast-check';
import { assertAgrees } from './testing-oracle.ts';

const month = parseMonth('2023-02');
const HOUR = 3600;
const products = ['11111111-1111-4111-8111-111111111111', 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'];
const vmIds = ['0', 'f', '9'].map((digit) => `${digit.repeat(8)}-0000-4000-8000-${digit.repeat(12)}`);

const instant = (seconds: number) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;

const ruleOf = (sku: string, measure: Rule['measure'], where: Rule['where'] = {}, more: Partial<Rule> = {}) =>
  ({
    sku,
    product: `Product ${sku}`,
    unit: 'U',
    measure,
    where,
    points: '1.25',
    from: '2020-01',
    ...more,
  }) as Rule;

/** Every measure, with and without every filter that it takes. */
const everyRule: readonly Rule[] = [
  ...(['vram-average', 'vm-count', 'vcpu-hours', 'gb-hours', 'storage-gb-average'] as const).flatMap(
    (measure) => [
      ruleOf(measure, measure),
      ruleOf(`${measure}-some`, measure, {
        productType: ['vCenter'],
        licenseCategory: ['rental', 'unknown'],
        edition: ['premier', ''],
      }),
      ruleOf(`${measure}-services`, measure, { services: ['vcd', 'vsan'], customer: ['', 'A'] }),
    ],
  ),
  ...(['core-average', 'core-hours', 'core-licences', 'overage-core-hours'] as const).flatMap((measure) => [
    ruleOf(measure, measure),
    ruleOf(`${measure}-some`, measure, { productType: ['vCenter'], licenseCategory: ['rental'] }),
    ruleOf(`${measure}-none`, measure, { productType: ['another'] }),
  ]),
  ruleOf('vsan-used', 'vsan-used-average'),
  ruleOf('vsan-used-some', 'vsan-used-average', {
    productType: ['libvirt'],
    edition: ['premier'],
    features: ['dedup'],
  }),
  ruleOf('vsan-addon', 'vsan-raw-addon', {}, { entitledTibPerCore: '0.25', addon: 'difference' }),
  ruleOf(
    'vsan-addon-some',
    'vsan-raw-addon',
    { features: ['dedup', 'x'] },
    { entitledTibPerCore: '1', addon: 'difference' },
  ),
  ruleOf(
    'vsan-addon-once',
    'vsan-raw-addon',
    { edition: ['premier'] },
    {
      entitledTibPerCore: '0.0000000000001',
      addon: 'all-once-above',
    },
  ),
];

const ruleSetOf = (
  name: string,
  cap: 'each-instant' | 'monthly-average' | 'none',
  floor: '0' | '16',
): RuleSet => ({
  name,
  version: '2023-01-01',
  parameters: [
    {
      from: '2020-01',
      cap,
      coreFloorPerSocket: floor,
      rounding: 'half-away-3',
      hostHour: 'last-running-span',
      peak: 'highest-hour',
    },
  ],
  rules: [...everyRule],
});

const any = <const Value>(...values: readonly Value[]) => fc.constantFrom(...values);
const codes = (...values: readonly string[]) => fc.subarray([...values].sort());

/** Cuts an hour into spans that do not overlap; about half of them touch. */
const cuts = fc
  .uniqueArray(any(0, 1, 600, 1800, 1801, 3599, 3600), { minLength: 2, maxLength: 4 })
  .map((points) => points.toSorted((a, b) => a - b))
  .chain((points) =>
    fc
      .array(fc.boolean(), { minLength: points.length - 1, maxLength: points.length - 1 })
      .map((kept) =>
        points
          .slice(1)
          .flatMap((until, place) =>
            kept[place] || points.length === 2 ? [[points[place]!, until] as const] : [],
          ),
      ),
  );
const wholeHour = fc.constant([[0, 3600] as const]);
const spans = fc.oneof({ weight: 3, arbitrary: wholeHour }, { weight: 1, arbitrary: cuts });

// 21 and 22 MiB print alike; the largest values would overflow 64 bits.
const sizes = any(21, 22, 4096, 65_536, 4_294_967_295);
const texts = any('', 'A', 'Ä', '\u{1d49c}', '\uffff', "it's \\ {a}");
const huge = any(0, 1, 1_048_575, 1_048_576, 12_079_595, Number.MAX_SAFE_INTEGER);
const category = any('rental', 'perpetual', 'demo', 'none', 'unknown');

const vmState = fc.record({
  name: any('web', 'db'),
  host: any('h1', 'h2'),
  cluster: any('', 'c1'),
  power: any('on', 'on', 'on', 'off', 'suspended'),
  vcpus: any(1, 2, 65_535),
  memoryMib: sizes,
  reservationMib: fc.oneof(fc.constant(0), sizes),
  storageMib: huge,
  license: any('', 'K-1'),
  licenseCategory: category,
  edition: any('', 'premier', 'standard'),
  customer: texts,
  services: codes('vcd', 'nsx', 'vsan'),
});
const hostState = fc.record({
  cluster: any('', 'c1', 'c2'),
  sockets: any(0, 1, 2, 65_535),
  coresPerSocket: any(8, 16, 24, 65_535),
  memoryMib: sizes,
  license: texts,
  licenseCategory: category,
  sku: any('', 's'),
  runningVms: any(0, 1, 12),
  model: any('', 'm'),
});
const clusterState = fc.record({
  vsanUsedMib: huge,
  vsanRawMib: huge,
  features: codes('dedup', 'compression'),
  edition: any('', 'premier'),
});

type State<Kind> = Omit<Kind, 'product' | 'hour' | 'started' | 'ended'>;
type Things<Kind> = readonly {
  readonly id: string;
  readonly spans: readonly (readonly [number, number])[];
  readonly states: readonly number[];
  readonly palette: readonly Kind[];
}[];

/** Things of an hour, their states drawn from a palette of the month, so that the same state often goes on. */
const things = <Kind>(ids: readonly string[], palette: readonly Kind[]): fc.Arbitrary<Things<Kind>> =>
  fc
    .array(
      fc.record({
        id: any(...ids),
        spans,
        states: fc.array(fc.nat(palette.length - 1), { minLength: 3, maxLength: 3 }),
        palette: fc.constant(palette),
      }),
      { maxLength: 4 },
    )
    .map((list) => [...new Map(list.map((thing) => [thing.id, thing])).values()]);

function recordsOf<Kind extends object>(field: string, list: Things<Kind>, product: string, hour: number) {
  return list.flatMap(({ id, spans: cut, states, palette }) =>
    cut.map(([from, until], place) => ({
      product,
      hour: instant(hour),
      [field]: id,
      ...palette[states[place % states.length]!]!,
      started: instant(hour + from),
      ended: instant(hour + until),
    })),
  );
}

const slicesOf = fc
  .record({
    vms: fc.array(vmState, { minLength: 1, maxLength: 3 }),
    hosts: fc.array(hostState, { minLength: 1, maxLength: 3 }),
    clusters: fc.array(clusterState, { minLength: 1, maxLength: 2 }),
  })
  .chain((palettes) =>
    fc.uniqueArray(
      fc.record({
        product: any(...products),
        // Neighbours, some across the changes of contract at hours 2 and 4, and the month's last hour.
        hour: any(0, 1, 2, 3, 4, 5, 671).map((hour) => month.first + hour * HOUR),
        status: any('collected', 'collected', 'partial'),
        vms: things(vmIds, palettes.vms as unknown as readonly State<VmRecord>[]),
        hosts: things(['h1', 'h2', 'h3'], palettes.hosts as unknown as readonly State<HostRecord>[]),
        clusters: things(['c1', 'c2', 'Ü'], palettes.clusters as unknown as readonly State<ClusterRecord>[]),
      }),
      { selector: ({ product, hour }) => `${product} ${hour}`, maxLength: 14 },
    ),
  )
  .map((list) =>
    list.map(
      ({ product, hour, status, vms, hosts, clusters }): Slice => ({
        product,
        hour,
        status,
        ...(status === 'partial' ? { covered: [[hour, hour + 1800]] } : {}),
        vms: recordsOf('vm', vms, product, hour) as unknown as VmRecord[],
        hosts: recordsOf('host', hosts, product, hour) as unknown as HostRecord[],
        clusters: recordsOf('cluster', clusters, product, hour) as unknown as ClusterRecord[],
      }),
    ),
  );

const bill = fc.option(fc.record({ contract: any('', '100', '200'), site: any('', 'Site A') }));
const assignmentsOf = fc
  .tuple(fc.subarray([2, 4]), fc.array(bill, { minLength: 3, maxLength: 3 }))
  .map(([changes, bills]): Assignment[] => {
    const edges = [month.first, ...changes.map((hour) => month.first + hour * HOUR), month.last];
    return edges.slice(1).flatMap((until, place) => {
      const own = bills[place];
      if (!own) return [];
      const site = own.contract === '' ? '' : own.site;
      return [{ from: edges[place]!, until, contract: own.contract, site }];
    });
  });
const cap = any('each-instant', 'monthly-average', 'none');
const floor = any('0', '16');

const months: fc.Arbitrary<MeterMonth> = fc
  .tuple(slicesOf, assignmentsOf, fc.tuple(cap, cap, cap), floor)
  .map(([slices, assignments, caps, cores]) => ({
    month,
    now: month.last + 30 * 86_400,
    products: products.map((id, place) => ({
      id,
      type: ['vCenter', 'libvirt'][place]!,
      firstHour: month.first,
    })),
    slices,
    assignments,
    ruleSets: new Map([
      ['100', ruleSetOf('one', caps[0], cores)],
      ['200', ruleSetOf('two', caps[1], '0')],
    ]),
    withoutContract: ruleSetOf('plain', caps[2], '16'),
  }));

describe('the engine renders what plain arithmetic says, byte for byte', () => {
  it('for any spans, states, contracts, rules and parts', { timeout: 300_000 }, () =>
    fc.assert(
      fc.asyncProperty(months, fc.integer({ min: 1, max: 3 }), async (input, parts) => {
        await assertAgrees(input, { parts, tinyBlocks: true });
      }),
      { numRuns: 30 },
    ),
  );
});
