import type { Journal } from '../journal/index.ts';
import type { Time } from '../time/index.ts';
import { DiskLedger } from './disk-ledger.ts';
import type { Labels } from './labels.ts';
import type { Ledger } from './ledger.ts';
import type { Privacy } from './privacy.ts';

export interface LedgerOptions {
  /** `<meter dir>/hours/<settings name of the product>`: all that the ledger keeps lies in it, readable by the owner only. */
  readonly folder: string;
  readonly time: Time;
  readonly journal: Journal;
  readonly labels: Labels;
  readonly privacy: Privacy;
}

/**
 * Opens what a product's folder holds, or makes it, and goes on where a kill -9 ended it. One process opens a folder at a time:
 * whoever runs the meter holds its directory's lock.
 * @throws LedgerError when the disk refuses
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const ledger = new DiskLedger(options);
  await ledger.open();
  return ledger;
}
