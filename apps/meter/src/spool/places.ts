import { join } from 'node:path';
import { makeFolder } from '@meterhouse/metering/make-folder';

/** Where a meter's packages are. A package is renamed from one to the next, so it is in exactly one of them. */
export interface SpoolPlaces {
  /** To be sent, or to be carried. */
  readonly packages: string;
  /** The service took them. */
  readonly sent: string;
  /** The service refused them for ever; what it said lies beside each as `<name>.refusal.json`. */
  readonly refused: string;
}

export function spoolPlaces(dir: string): SpoolPlaces {
  const spool = join(dir, 'spool');
  return { packages: join(spool, 'packages'), sent: join(spool, 'sent'), refused: join(spool, 'refused') };
}

/** Makes the folders where they are not there. */
export async function makePlaces(dir: string): Promise<SpoolPlaces> {
  const places = spoolPlaces(dir);
  for (const folder of Object.values(places) as string[]) await makeFolder(folder, 0o700);
  return places;
}
