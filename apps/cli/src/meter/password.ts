import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

/**
 * A password from a file, or from standard input for `-`; a line feed at its end is not part of it.
 * @throws Failure when there is nothing in it
 */
export async function readPassword(path: string): Promise<string> {
  const given = path === '-' ? await text(process.stdin) : await readFile(path, 'utf8');
  const password = given.replace(/\r?\n$/, '');
  if (password !== '') return password;
  throw new Failure(
    path === '-' ? 'No password came from standard input.' : `${path} holds no password.`,
    EXIT.usage,
  );
}
