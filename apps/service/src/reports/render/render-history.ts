import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline as piped } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { EngineLane } from '../../platform/engine/types.ts';
import { createBindings } from '../queries/bindings.ts';
import { type VmHistoryScope, vmHistory } from '../queries/vm-history.ts';
import { type VmSlice, vmSlices } from '../queries/vm-slices.ts';
import { COMPRESSION_LEVEL, renderByEngine } from './render-by-engine.ts';

/** A statement of the history passes with 4.3 million rows that all differ. */
const SLICE_ROWS = 2_000_000;

/** The engine's number for a statement that wants more memory than its bound, or than all statements may have. */
const MEMORY_LIMIT_EXCEEDED = '241';

/**
 * Writes the history of machines to `path`: in one statement, and where that wants more memory than it may have, in slices of
 * machines. The TSV is the same, byte for byte; only what packs it is another.
 */
export async function renderHistory(
  lane: EngineLane,
  scope: VmHistoryScope,
  columns: readonly string[],
  path: string,
): Promise<void> {
  try {
    await renderSlice(lane, scope, columns, path, true);
  } catch (error) {
    if ((error as { code?: unknown }).code !== MEMORY_LIMIT_EXCEEDED) throw error;
    await rm(path, { force: true });
    await renderInSlices(lane, scope, columns, path, SLICE_ROWS);
  }
}

/** The same in slices of some `rows` usage rows each; while one is packed into the file the engine makes the next. */
export async function renderInSlices(
  lane: EngineLane,
  scope: VmHistoryScope,
  columns: readonly string[],
  path: string,
  rows: number,
): Promise<void> {
  const slices = await vmSlices(lane, scope, rows);
  await pipeline(texts(), createGzip({ level: COMPRESSION_LEVEL }), createWriteStream(path));

  async function* texts(): AsyncGenerator<Buffer> {
    let next = made(0);
    for (const place of slices.keys()) {
      const slice = await next;
      next = made(place + 1);
      // Whoever awaits it hears of a failure; nobody does when the disk is full meanwhile.
      next.catch(() => undefined);
      try {
        // Its fault, if any, comes out of the iteration.
        yield* piped(createReadStream(slice), createGunzip(), () => undefined);
        await rm(slice);
      } catch (error) {
        await next.catch(() => undefined);
        throw error;
      }
    }
  }

  async function made(place: number): Promise<string> {
    const slice: VmSlice | undefined = slices[place];
    const own = `${path}.${place}`;
    if (slice !== undefined) await renderSlice(lane, { ...scope, slice }, columns, own, place === 0);
    return own;
  }
}

async function renderSlice(
  lane: EngineLane,
  scope: VmHistoryScope,
  columns: readonly string[],
  path: string,
  header: boolean,
): Promise<void> {
  const bindings = createBindings();
  await renderByEngine(lane, vmHistory(scope, bindings), bindings.values, columns, path, header);
}
