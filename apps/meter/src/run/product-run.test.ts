import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Ledger, LedgerError } from '../hours/index.ts';
import type { Collector, Reading } from '../inventory/index.ts';
import type { ProductSettings } from '../settings/index.ts';
import { journalOf } from '../spool/testing.ts';
import { passingTime } from '../upload/testing.ts';
import { createProductRun } from './product-run.ts';
import { identityOf, inventoryOf, ScriptedProduct, TEN, until } from './testing.ts';
import { watched } from './watched.ts';

const settings: ProductSettings = {
  name: 'one',
  type: 'libvirt',
  address: 'test:///default',
  port: 0,
  user: '',
  fingerprint: undefined,
  caFile: undefined,
  poll: 30,
  paused: false,
};

/** A ledger whose disk is full for so many readings. */
function fullFor(readings: number): Ledger & { taken: number; told: string[] } {
  let left = readings;
  const ledger = {
    since: undefined,
    product: undefined,
    taken: 0,
    told: [] as string[],
    begin: () => undefined,
    async take() {
      if (left-- > 0) throw new LedgerError('disk-full', 'No space is left.', undefined);
      ledger.taken += 1;
    },
    async unreachable(reason: string) {
      ledger.told.push(reason);
    },
    relabel: () => undefined,
    setPrivacy: () => undefined,
    status: () => ({ machines: 2, hosts: 1, waiting: 0 }),
    close: async () => undefined,
  };
  return ledger as unknown as Ledger & { taken: number; told: string[] };
}

test('a full disk is waited for and told as that, not as a product that is away; it goes on when there is room', async () => {
  const time = passingTime(TEN * 1000);
  const ledger = fullFor(5);
  const journal = journalOf();
  const product = new ScriptedProduct(10, time);
  const run = createProductRun({
    product: settings,
    time,
    journal,
    createCollector: () => product,
    openLedger: async () => ledger,
    afterPause: false,
    onIdentity: () => undefined,
    onRecognised: () => undefined,
    onTaken: () => undefined,
  });
  const end = new AbortController();
  const ran = run.run(end.signal);
  await until('room', () => ledger.taken > 3);
  end.abort();
  await ran;
  assert.deepEqual(ledger.told, []);
  assert.deepEqual(
    journal.entries.map(({ code }) => code),
    ['disk-full', 'product-reached'],
  );
  assert.equal(product.watches.length, 6);
});

test('a collector that is silent for too long is given up, and one that is deaf does not hold up the end', async () => {
  const deaf = (given: readonly Reading[]): Collector => ({
    async *watch() {
      yield* given;
      await new Promise(() => undefined);
    },
    health: () => ({ skewSeconds: 0, lacking: [], requests: 0, bytes: 0 }),
  });
  const inventory: Reading = {
    kind: 'inventory',
    seen: TEN,
    product: identityOf(10),
    inventory: inventoryOf(1),
  };
  const seen: string[] = [];
  const patience = { longestSilence: 50, closing: 50 };
  await assert.rejects(
    async () => {
      for await (const { kind } of watched(deaf([inventory]), {}, new AbortController().signal, patience))
        seen.push(kind);
    },
    { code: 'timed-out' },
  );
  assert.deepEqual(seen, ['inventory']);
  const end = new AbortController();
  const left = assert.rejects(async () => {
    for await (const _ of watched(deaf([]), {}, end.signal, patience));
  }, /stop/);
  end.abort(new Error('stop'));
  await left;
});
