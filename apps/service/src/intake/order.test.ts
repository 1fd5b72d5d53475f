import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { PackageProduct, RecordOf } from '@meterhouse/contract';
import { formatInstant, HOUR, parseMonth } from '@meterhouse/metering';
import fc from 'fast-check';
import { packageOf, productOf, type TestMeter, vm, withIntake } from './testing.ts';

/** One hour as a test imagines it: in which packages it stands, with which status, and what ran. */
const things = [randomUUID(), randomUUID(), randomUUID()];
const first = parseMonth('2023-03').first;
const span = fc
  .record({
    thing: fc.nat({ max: 2 }),
    from: fc.nat({ max: 3000 }),
    length: fc.integer({ min: 1, max: 599 }),
    vcpus: fc.nat({ max: 64 }),
  })
  .map(({ thing, from, length, vcpus }) => ({ thing, from, to: Math.min(HOUR, from + length), vcpus }));
const readings = fc.record({
  unreachable: fc.boolean(),
  partial: fc.option(fc.array(span, { maxLength: 4 })),
  wider: fc.option(fc.array(span, { maxLength: 4 })),
  collected: fc.option(fc.array(span, { maxLength: 6 })),
  corrected: fc.option(fc.array(span, { maxLength: 3 })),
});
type ValueOf<A> = A extends fc.Arbitrary<infer Value> ? Value : never;
type Reading = ValueOf<typeof readings>;
type Span = ValueOf<typeof span>;

function records(meter: TestMeter, hour: number, spans: readonly Span[]): RecordOf['vm'][] {
  const ends = new Map<number, number>();
  return spans
    .toSorted((left, right) => left.from - right.from)
    .flatMap(({ thing, from, to, vcpus }) => {
      const start = Math.max(from, ends.get(thing) ?? 0);
      if (start >= to) return [];
      ends.set(thing, to);
      return [
        vm(meter, {
          hour: formatInstant(hour),
          vm: things[thing]!,
          started: formatInstant(hour + start),
          ended: formatInstant(hour + to),
          vcpus,
        }),
      ];
    });
}

const weightOf = (list: readonly RecordOf['vm'][]) =>
  list.reduce(
    (sum, { started, ended, vcpus }) => sum + ((Date.parse(ended) - Date.parse(started)) / 1000) * vcpus,
    0,
  );

test('whatever the order, splits and repetitions of packages, the totals are those of the best readings and corrections', async () => {
  await withIntake(async (house) => {
    const runs = fc.asyncProperty(
      fc.array(readings, { minLength: 1, maxLength: 4 }),
      fc.infiniteStream(fc.noBias(fc.nat())),
      async (hours, random) => {
        const meter = await house.meter();
        const pick = (most: number) => (random.next().value as number) % most;
        const shuffled = <T>(list: readonly T[]): T[] => {
          const left = [...list];
          return list.map(() => left.splice(pick(left.length), 1)[0]!);
        };
        let offers: {
          hour: number;
          status: 'unreachable' | 'partial' | 'collected';
          /** Seconds of the hour that a partial reading covers, from its start. */
          covers: number;
          list: RecordOf['vm'][];
        }[] = [];
        const best: RecordOf['vm'][][] = [];
        for (const [index, reading] of hours.entries() as ArrayIterator<[number, Reading]>) {
          const hour = first + index * HOUR;
          const add = (
            status: 'unreachable' | 'partial' | 'collected',
            spans: readonly Span[],
            covers = HOUR,
          ) => {
            const list = records(meter, hour, spans);
            offers.push({ hour, status, covers, list });
            return list;
          };
          if (reading.unreachable) add('unreachable', []);
          const partial = reading.partial && add('partial', reading.partial, HOUR / 2);
          const wider = reading.wider && add('partial', reading.wider);
          const collected = reading.collected && add('collected', reading.collected);
          best.push(collected ?? wider ?? partial ?? []);
        }
        // Into packages of one to three hours each, no hour twice in one; the chain is that order, the sending another.
        offers = shuffled(offers);
        const packages: { file: Buffer }[] = [];
        let previous: string | null = null;
        while (offers.length > 0) {
          const size = 1 + pick(3);
          const taken = offers.splice(0, size).filter((offer, at, all) => {
            if (all.findIndex(({ hour }) => hour === offer.hour) === at) return true;
            offers.push(offer);
            return false;
          });
          const listed = taken.toSorted((left, right) => left.hour - right.hour);
          const made: { file: Buffer; digest: string } = await packageOf(house.database, meter, {
            number: packages.length + 1,
            previous,
            products: [
              productOf(
                meter,
                listed.map(({ hour, status, covers }) => ({
                  hour: formatInstant(hour),
                  status,
                  ...(status === 'partial'
                    ? { covered: [[formatInstant(hour), formatInstant(hour + covers)] as [string, string]] }
                    : {}),
                })),
              ) as PackageProduct,
            ],
            records: { vm: shuffled(taken.flatMap(({ list }) => list)) },
          });
          packages.push(made);
          previous = made.digest;
        }
        const sending = shuffled([...packages, ...packages.filter(() => pick(3) === 0)]);
        for (const { file } of sending) {
          const answer = await house.send(meter, file);
          assert.ok(answer.statusCode === 202 || answer.statusCode === 200, answer.body);
          if (pick(2) === 0) await house.runJobs();
        }
        await house.runJobs();
        for (const [index, reading] of hours.entries()) {
          if (!reading.corrected) continue;
          const hour = formatInstant(first + index * HOUR);
          const [held] = await house.database.query<{ digest: string }>(
            "select encode(digest, 'hex') as digest from slices where meter_id = $1 and hour = $2",
            [meter.id, hour],
          );
          if (!held) continue;
          const list = records(meter, first + index * HOUR, reading.corrected);
          const made = await packageOf(house.database, meter, {
            number: packages.length + 1,
            previous,
            corrects: [{ product: meter.product, hour, digest: held.digest }],
            products: [productOf(meter, [{ hour, status: 'collected' }])],
            records: { vm: list },
          });
          packages.push(made);
          previous = made.digest;
          const options = { correction: 'test', caller: { role: 'administrator' as const } };
          const answer = await house.send(meter, made.file, options);
          assert.equal(answer.statusCode, 202, answer.body);
          best[index] = list;
        }
        await house.runJobs();
        const all = best.flat();
        assert.deepEqual(await house.totals(meter), { rows: all.length, weight: String(weightOf(all)) });
        assert.deepEqual(
          (await house.usage.mend()).filter(({ uploadId }) => uploadId !== undefined),
          [],
        );
      },
    );
    await fc.assert(runs, { numRuns: Number(process.env.PROPERTY_RUNS ?? 12) });
  });
});
