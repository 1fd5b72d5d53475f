import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { openFileArchive } from '../../platform/archive/index.ts';
import { readPart } from './read-part.ts';

const directory = mkdtempSync(join(tmpdir(), 'meterhouse-read-part-'));
after(() => rmSync(directory, { recursive: true }));
const archive = await openFileArchive(directory);

for (const [kind, length] of [
  ['small', 64 * 1024],
  ['large', 64 * 1024 + 1],
] as const)
  test(`a ${kind} file is read ${kind === 'small' ? 'in one piece' : 'as a stream'}, whole and in part`, async () => {
    const bytes = Buffer.from(Array.from({ length }, (_, place) => place % 251));
    await archive.put(kind, bytes);
    const sent = { archiveKey: kind, fileName: '', contentLength: length, sha256: '', tag: '' };
    const read = async (start?: number, end = 0) => {
      const part = await readPart(archive, sent, start === undefined ? undefined : { start, end });
      assert.equal(part instanceof Readable, kind === 'large');
      return part instanceof Readable ? buffer(part) : part;
    };
    assert.ok((await read()).equals(bytes));
    assert.ok((await read(0, 0)).equals(bytes.subarray(0, 1)));
    assert.ok((await read(1000, 40_000)).equals(bytes.subarray(1000, 40_001)));
    assert.ok((await read(length - 1, length - 1)).equals(bytes.subarray(-1)));
  });
