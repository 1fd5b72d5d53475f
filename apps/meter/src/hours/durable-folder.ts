import { open } from 'node:fs/promises';

/** A rename, or a file that was made, is kept only when its folder is. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
