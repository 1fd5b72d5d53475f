/** What the generator needs of an engine's lane. */
interface Statements {
  command(sql: string, values?: Readonly<Record<string, string | number>>): Promise<void>;
}

export interface MadeMonth {
  readonly meter: number;
  /** Unix seconds of the month's start. */
  readonly first: number;
  readonly hours: number;
  readonly vms: number;
}

/** The four vCenters of a made month, each with a quarter of the machines. */
export const MADE_PRODUCTS = [0, 1, 2, 3].map((n) => `0000000${n}-0000-4000-8000-00000000000${n}`);
const products = `[${MADE_PRODUCTS.map((product) => `toUUID('${product}')`).join(', ')}]`;

/**
 * Makes a month of usage inside the engine, without packages: for measuring what comes after the load. Deterministic, and like
 * a provider's: a machine moves to another host some three times a month, one in ten is off for some nights and is resized
 * once, a few boot within an hour; there are 400 customers, 50 hosts per 6,000 machines and 20 clusters. Makes some six rows
 * of history per machine.
 */
export async function makeMonth(engine: Statements, { meter, first, hours, vms }: MadeMonth): Promise<void> {
  const hostsPerProduct = Math.max(1, Math.round((50 * vms) / 24_000));
  const values = { meter, first, hours, vms, hostsPerProduct };
  await engine.command(vmRows, values);
  await engine.command(hostRows, values);
  await engine.command(clusterRows, values);
}

const hour = `toDateTime({first:UInt32} + h * 3600, 'UTC')`;
const licence = `concat('*****-*****-*****-*****-', upper(leftPad(hex(hostNumber % 6), 5, '0')))`;
const category = `['rental', 'rental', 'rental', 'perpetual', 'unknown'][1 + hostNumber % 5]`;

const vmRows = `
INSERT INTO usage_vm
WITH
  toUInt32(intDiv(number, {hours:UInt32})) AS i,
  toUInt32(number % {hours:UInt32}) AS h,
  cityHash64(i) AS r,
  cityHash64(i, intDiv(h + r % 720, 240)) % {hostsPerProduct:UInt32} + {hostsPerProduct:UInt32} * (i % 4) AS hostNumber,
  bitShiftRight(r, 16) % 10 = 0 AS moody,
  moody AND h % 24 < 6 AND intDiv(h, 24) % 7 < 2 AS asleep,
  h = cityHash64(i, 'boot') % 5000 AS boots
SELECT
  {meter:UInt64}, 1 + intDiv(h, 24), ${products}[1 + i % 4], ${hour},
  toUUID(concat(leftPad(hex(toUInt32(r)), 8, '0'), '-0000-4000-8000-', leftPad(hex(i), 12, '0'))),
  lower(hex(sipHash128(i))), concat('host-', toString(hostNumber)), concat('domain-c', toString(hostNumber % 20)),
  ${hour} + if(boots, 1043, 0), ${hour} + 3600,
  if(asleep, 'off', ['on', 'on', 'on', 'on', 'on', 'on', 'on', 'on', 'off', 'suspended'][1 + r % 10]),
  [1, 2, 4, 8, 16][1 + r % 5],
  [1024, 2048, 4096, 8192, 16384, 32768][1 + bitShiftRight(r, 4) % 6] * if(moody AND h > 400, 2, 1),
  if(r % 3 = 0, 512 * (bitShiftRight(r, 8) % 8), 0),
  10240 * (bitShiftRight(r, 12) % 40) + (i + h) % 97,
  ${licence}, ${category}, ['enterprisePlus', 'standard', 'advanced'][1 + hostNumber % 3],
  concat('Customer ', toString(r % 400)),
  [[], ['vcd'], ['nsx-advanced', 'vcd'], ['nsx-base', 'vrops-std', 'vsan']][1 + bitShiftRight(r, 20) % 4]
FROM numbers(toUInt64({vms:UInt32}) * {hours:UInt32})`;

const hostRows = `
INSERT INTO usage_host
WITH
  toUInt32(intDiv(number, {hours:UInt32})) AS hostNumber,
  toUInt32(number % {hours:UInt32}) AS h
SELECT
  {meter:UInt64}, 1 + intDiv(h, 24), ${products}[1 + intDiv(hostNumber, {hostsPerProduct:UInt32})], ${hour},
  concat('host-', toString(hostNumber)), concat('domain-c', toString(hostNumber % 20)), ${hour}, ${hour} + 3600,
  2, [8, 16, 24][1 + hostNumber % 3], 524288, ${licence}, ${category}, 'host-sku',
  if(cityHash64(hostNumber, h) % 50 = 0, 0, 120), 'made'
FROM numbers(toUInt64({hostsPerProduct:UInt32}) * 4 * {hours:UInt32})`;

const clusterRows = `
INSERT INTO usage_cluster
WITH
  toUInt32(intDiv(number, {hours:UInt32})) AS i,
  toUInt32(number % {hours:UInt32}) AS h
SELECT
  {meter:UInt64}, 1 + intDiv(h, 24), ${products}[1 + i % 4], ${hour}, concat('domain-c', toString(i)), ${hour}, ${hour} + 3600,
  1048576 * (10 + i) + 1024 * intDiv(h, 24), 1048576 * (30 + i), ['compression', 'dedup'], 'vsan-advanced'
FROM numbers(20 * {hours:UInt32})`;
