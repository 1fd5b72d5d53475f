import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { PartKind, RecordOf } from '@meterhouse/contract';
import { addDigest, formatDigest, instantOf, recordDigest, recordLine } from '@meterhouse/metering';
import fc from 'fast-check';
import { withTestEngine } from '../../platform/engine/testing.ts';
import { type FieldType, KINDS, type Kind } from '../kinds.ts';
import type { SliceContent } from './stage.ts';
import { HOURS, PRODUCT, readByBoth } from './testing.ts';

/** What the contract allows in a text, with more than a fair share of what has to be escaped. */
const text = (minLength: number) =>
  fc
    .oneof(
      fc.string({ minLength, maxLength: 40, unit: 'binary' }),
      fc.string({
        minLength,
        maxLength: 20,
        unit: fc.constantFrom('"', '\\', '/', ',', "'", '{', '\ufeff', 'ü', '😀', ' '),
      }),
      fc.constant('😀'.repeat(512)),
    )
    .map((value) => value.replace(/[\p{Cc}\u2028\u2029]/gu, '.'));
const codes = fc.oneof(
  fc.uniqueArray(fc.stringMatching(/^[a-z0-9-]{1,64}$/), { maxLength: 5 }).map((list) => list.sort()),
  fc.constant(Array.from({ length: 64 }, (_, index) => `c${String(index).padStart(63, '0')}`)),
);
const upTo = (max: number) => fc.oneof(fc.integer({ min: 0, max }), fc.constant(max), fc.constant(0));

const BY_TYPE: { readonly [Type in Exclude<FieldType, 'String' | 'DateTime'>]: fc.Arbitrary<unknown> } = {
  UUID: fc.uuid({ version: [1, 4, 7] }),
  Codes: codes,
  UInt16: upTo(65_535),
  UInt32: upTo(4_294_967_295),
  UInt64: upTo(Number.MAX_SAFE_INTEGER),
  Power: fc.constantFrom('on', 'off', 'suspended'),
  Category: fc.constantFrom('rental', 'perpetual', 'demo', 'none', 'unknown'),
};

/** Any good records of a kind, no two of one thing. */
function records<Name extends PartKind>(kind: Name): fc.Arbitrary<RecordOf[Name][]> {
  const shape: Kind = KINDS[kind];
  const fields = shape.fields.map(({ name, type }): [string, fc.Arbitrary<unknown>] => {
    if (name === 'product') return [name, fc.constant(PRODUCT)];
    if (type === 'DateTime') return [name, fc.constant('')];
    if (type === 'String') return [name, text(name === 'host' || shape.named.includes(name) ? 1 : 0)];
    return [name, BY_TYPE[type]];
  });
  const time = fc.record({
    hour: fc.constantFrom(...HOURS),
    from: fc.integer({ min: 0, max: 3599 }),
    length: fc.integer({ min: 1, max: 3600 }),
  });
  const at = (instant: number) => new Date(instant * 1000).toISOString().replace('.000', '');
  const record = fc
    .tuple(fc.record(Object.fromEntries(fields)), time)
    .map(([values, { hour, from, length }]) => {
      const start = instantOf(hour);
      return { ...values, hour, started: at(start + from), ended: at(start + Math.min(3600, from + length)) };
    });
  return fc.uniqueArray(record, {
    minLength: 1,
    maxLength: 60,
    selector: (value) => (value as Record<string, unknown>)[shape.thing],
  }) as unknown as fc.Arbitrary<RecordOf[Name][]>;
}

/** Making a counterexample smaller asks the engine each time; what was found by then is told. */
const TOLD_IN_TIME = { interruptAfterTimeLimit: 120_000, markInterruptAsFailure: true };

for (const kind of ['vm', 'host', 'cluster'] as const) {
  test(`any good ${kind} records are taken by both, stored as they are, and have one digest`, async () => {
    const engine = await withTestEngine();
    await fc.assert(
      fc.asyncProperty(records(kind), async (list) => {
        let rows: Record<string, unknown>[] = [];
        const columns = KINDS[kind].fields.map(({ name, type }) => {
          if (type === 'DateTime') return `formatDateTime(${name}, '%Y-%m-%dT%H:%i:%SZ') AS ${name}_text`;
          return type === 'UInt64' ? `toFloat64(${name}) AS ${name}` : name;
        });
        const verdict = await readByBoth(kind, {
          text: list.map((record) => recordLine(kind, record)).join(''),
          look: async (table) => {
            rows = await engine.loads.rows(`SELECT ${columns.join(', ')} FROM ${table}`);
          },
        });
        assert.deepEqual(verdict.faults.list, []);
        assert.equal(verdict.staged.verdict, 'plain', inspect(verdict.staged));
        const stored = rows.map((row) =>
          Object.fromEntries(Object.entries(row).map(([name, value]) => [name.replace('_text', ''), value])),
        );
        const byText = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).sort();
        assert.deepEqual(byText(stored), byText(list));
        for (const hour of HOURS) {
          const own = list.filter((record) => record.hour === hour);
          const digest = formatDigest(own.map((record) => recordDigest(kind, record)).reduce(addDigest, 0n));
          const slices: readonly SliceContent[] =
            verdict.staged.verdict === 'plain' ? verdict.staged.slices : [];
          const slice = slices.find((one) => one.hour === instantOf(hour));
          assert.deepEqual(
            [slice?.records[kind] ?? 0, slice?.digest ?? formatDigest(0n)],
            [own.length, digest],
          );
        }
      }),
      { numRuns: 25, ...TOLD_IN_TIME },
    );
  });

  test(`both say the same of ${kind} records in which one byte is another`, async () => {
    await fc.assert(
      fc.asyncProperty(
        records(kind),
        fc.nat(),
        fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('"\\,:{}[]0 1a\n\r'))),
        async (list, place, byte) => {
          const bytes = Buffer.from(
            list
              .slice(0, 3)
              .map((record) => recordLine(kind, record))
              .join(''),
          );
          bytes[place % bytes.length] = byte;
          const { engine, plain, staged, faults } = await readByBoth(kind, { text: bytes });
          assert.equal(engine, plain, inspect([staged, faults.list]));
        },
      ),
      { numRuns: 80, ...TOLD_IN_TIME },
    );
  });
}
