import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

export interface MasterKeySource {
  /** The file with the key: 32 bytes as base64url in one line. */
  path: string;
  /** Make the file with a new key when there is none: for the path in the data directory, not for one that a person named. */
  create: boolean;
}

/**
 * Reads the master key, or makes it on the first start. What it seals is lost without it, so a backup of the database needs it.
 *
 * @throws when the file can be read by others, is missing and is not to be made, or holds something else
 */
export function readMasterKey({ path, create }: MasterKeySource): Uint8Array {
  if (create) makeUnlessThere(path);
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch (error) {
    throw new Error(`The master key ${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  try {
    const { mode } = fstatSync(handle);
    if ((mode & 0o077) !== 0) {
      throw new Error(`The master key ${path} can be read by others. Run: chmod 600 ${path}`);
    }
    return parseMasterKey(readFileSync(handle, 'utf8'), path);
  } finally {
    closeSync(handle);
  }
}

/** Reads a key as it stands in the file or in an environment variable. `from` says where, for the error. */
export function parseMasterKey(text: string, from: string): Uint8Array {
  const key = Buffer.from(text.trim(), 'base64url');
  if (key.length !== 32 || key.toString('base64url') !== text.trim()) {
    throw new Error(
      `${from} holds no master key: 32 random bytes as base64url are expected, as "openssl rand 32 | basenc --base64url | tr -d =" makes them.`,
    );
  }
  return key;
}

/** Writes beside and links, so that the file is whole from its first moment, and of two processes one wins. */
function makeUnlessThere(path: string): void {
  const beside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(beside, `${randomBytes(32).toString('base64url')}\n`, {
      mode: 0o600,
      flag: 'wx',
      flush: true,
    });
    linkSync(beside, path);
    const directory = openSync(dirname(path), 'r');
    fsyncSync(directory);
    closeSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(beside, { force: true });
  }
}
