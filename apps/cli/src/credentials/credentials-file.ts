import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { makeFolder } from '@meterhouse/metering/make-folder';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Credentials, Profile } from './credentials.ts';

/** `$XDG_CONFIG_HOME/meterhouse/credentials`; the variable counts only when it is absolute, as its specification says. */
export function credentialsPath(): string {
  const { XDG_CONFIG_HOME } = process.env;
  const base =
    XDG_CONFIG_HOME !== undefined && isAbsolute(XDG_CONFIG_HOME)
      ? XDG_CONFIG_HOME
      : join(homedir(), '.config');
  return join(base, 'meterhouse', 'credentials');
}

/** What is kept; nothing when there is no file. @throws Failure when others can read the file, or it is not one of ours */
export async function readCredentials(path = credentialsPath()): Promise<Credentials> {
  try {
    refuseOpen(path, await stat(path));
    return parse(path, await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { profiles: {} };
    throw error;
  }
}

/**
 * Writes what is to be kept, for its owner alone. The file appears whole or not at all; without profiles it is removed.
 * @throws Failure when others can write into its folder: they could put another file there
 */
export async function writeCredentials(credentials: Credentials, path = credentialsPath()): Promise<void> {
  const folder = dirname(path);
  await makeFolder(folder, 0o700);
  if (((await stat(folder)).mode & 0o022) !== 0) {
    throw new Failure(`Others can write into ${folder}.`, EXIT.input, { advice: `chmod 700 ${folder}` });
  }
  if (Object.keys(credentials.profiles).length === 0) return rm(path, { force: true });
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(credentials, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

function refuseOpen(path: string, { mode, uid }: { readonly mode: number; readonly uid: number }): void {
  if ((mode & 0o077) !== 0) {
    throw new Failure(`${path} can be read by others, so its tokens are not used.`, EXIT.input, {
      advice: `chmod 600 ${path}; if others may have read it, revoke the tokens: meterhouse api-tokens --help`,
    });
  }
  if (process.getuid !== undefined && uid !== process.getuid()) {
    throw new Failure(`${path} belongs to another user, so its tokens are not used.`, EXIT.input);
  }
}

function parse(path: string, text: string): Credentials {
  try {
    const value = JSON.parse(text) as Partial<Credentials> | null;
    if (isRecord(value?.profiles) && Object.values(value.profiles).every(isProfile))
      return value as Credentials;
  } catch {
    // Not repeated: what a parser says of a file of secrets quotes it.
  }
  throw new Failure(`${path} is no file of meterhouse login.`, EXIT.input, {
    advice: 'Remove it and log in again.',
  });
}

function isProfile(value: unknown): value is Profile {
  return (
    isRecord(value) &&
    typeof value.server === 'string' &&
    (typeof value.token === 'string') !== (typeof value.tokenCommand === 'string')
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
