import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { crashPoint } from '../crash/crash-point.ts';
import type { Database, Transaction } from '../database/types.ts';
import { readMasterKey } from './master-key.ts';
import { opensSealed, resealAll } from './sealed-columns.ts';
import { createSecrets } from './secrets.ts';

/** The new key's file, beside the one in force, for as long as a rotation is under way. */
const nextKeyFile = (path: string) => `${path}.next`;

/**
 * Puts a new master key in force, for a service that does not run:
 *
 *   1. the new key is written to `<path>.next` and synced. A crash here changes nothing: the next start removes that file;
 *   2. one transaction seals everything anew. From its commit on the new key is in force, and a crash finds it in `.next`;
 *   3. the old key gets the name `retired`, since backups made before hold what it sealed; the new one takes its place.
 *
 * What a crash leaves `settleMasterKey` judges by what opens the sealed values.
 *
 * @param alongside runs in the transaction of step 2, such as to write it down
 * @returns how many values were sealed anew
 */
export async function rotateMasterKey(
  database: Database,
  path: string,
  retired: string,
  alongside: (transaction: Transaction) => Promise<void> = async () => undefined,
): Promise<number> {
  await settleMasterKey(database, path);
  const before = createSecrets(readMasterKey({ path, create: false }));
  const next = nextKeyFile(path);
  const after = createSecrets(readMasterKey({ path: next, create: true }));
  crashPoint('keys.next-written');
  const count = await database
    .transaction(async (transaction) => {
      const sealed = await resealAll(transaction, before, after);
      await alongside(transaction);
      return sealed;
    })
    .catch((error: unknown) => {
      rmSync(next, { force: true });
      throw error;
    });
  crashPoint('keys.resealed');
  linkSync(path, retired);
  putInForce(next, path);
  return count;
}

/** Ends a rotation that a crash interrupted: at the start of the service, and before another rotation. */
export async function settleMasterKey(
  database: Database,
  path: string,
): Promise<'nothing' | 'undone' | 'done'> {
  const next = nextKeyFile(path);
  if (!existsSync(next)) return 'nothing';
  const secrets = createSecrets(readMasterKey({ path: next, create: false }));
  if ((await opensSealed(database, secrets)) === true) {
    putInForce(next, path);
    return 'done';
  }
  rmSync(next);
  return 'undone';
}

function putInForce(next: string, path: string): void {
  renameSync(next, path);
  const directory = openSync(dirname(path), 'r');
  fsyncSync(directory);
  closeSync(directory);
}
