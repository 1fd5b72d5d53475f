import { open } from 'node:fs/promises';

/** Whether two files hold the same bytes; reads both, 1 MiB at a time. */
export async function sameBytes(one: string, other: string): Promise<boolean> {
  const left = await open(one, 'r');
  try {
    const right = await open(other, 'r');
    try {
      if ((await left.stat()).size !== (await right.stat()).size) return false;
      const a = Buffer.alloc(1024 * 1024);
      const b = Buffer.alloc(a.length);
      for (let position = 0; ; ) {
        const { bytesRead } = await left.read(a, 0, a.length, position);
        if (bytesRead === 0) return true;
        const { bytesRead: alike } = await right.read(b, 0, bytesRead, position);
        if (alike !== bytesRead || !a.subarray(0, bytesRead).equals(b.subarray(0, bytesRead))) return false;
        position += bytesRead;
      }
    } finally {
      await right.close();
    }
  } finally {
    await left.close();
  }
}
