import { open, rm } from 'node:fs/promises';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

/**
 * Makes something whose secret is told only once, and writes the secret into a new file that its owner alone can read. The file
 * is made before the secret is, so that a folder that cannot be written costs none.
 * @param member of what is made that is the secret
 * @returns the rest of what was made
 * @throws Failure when the file is there already
 */
export async function intoSecretFile(
  path: string,
  make: () => Promise<unknown>,
  member: string,
): Promise<Record<string, unknown>> {
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    throw new Failure(`There is a file ${path} already.`, EXIT.input, {
      advice: 'Name another one; nothing was made.',
    });
  });
  try {
    const { [member]: secret, ...rest } = (await make()) as Record<string, unknown>;
    await file.writeFile(`${secret}\n`);
    await file.sync();
    return rest;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}
