import type { Journal } from '../journal/index.ts';
import type { Time } from '../time/index.ts';
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
 * Opens what a product's folder holds, or makes it, and goes on where a kill -9 ended it.
 * @throws LedgerError when the disk refuses
 */
export async function openLedger(_options: LedgerOptions): Promise<Ledger> {
  throw new Error('The ledger is being built.');
}
