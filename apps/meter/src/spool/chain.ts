/**
 * The chain of a meter's packages, as `chain.json` keeps it.
 *
 * A package goes through three places, and `chain.json` decides which of them counts:
 *
 *   writing   `<name>.partial` is being written. A crash here leaves a file that nothing names; it is removed, and its number
 *             is given again. Nobody has seen it: a partial name is never sent.
 *   moving    the file is whole and synced, and `chain.json` says: number n, digest d, move `<name>.partial` to `<name>`. From
 *             this write on the number is used. A crash here is finished at the next start.
 *   kept      the file has its name. The next package names d as `previous`.
 *
 * So a kill -9 at any moment leaves neither a gap (a number that no file has) nor a fork (a number that two files have).
 * A new activation has a new epoch, in which numbers start again at 1.
 */
import { open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeFolder } from '@meterhouse/metering/make-folder';
import { renameDurably, writeDurably } from '../identity/durable-file.ts';
import { MeterError } from '../identity/meter-error.ts';
import { lockFile } from './lock.ts';
import { packageName } from './package-name.ts';

/** The place of the next package in the chain. */
export interface ChainPlace {
  readonly epoch: number;
  readonly number: number;
  /** Digest of the package before, null exactly when `number` is 1. */
  readonly previous: string | null;
}

export interface ChainState {
  readonly epoch: number;
  /** Of the last package, 0 before the first. */
  readonly number: number;
  readonly previous: string | null;
  readonly moving?: { readonly from: string; readonly to: string };
  /** What the last run was made from and the file of each of its parts, so that a run that was ended goes on where it was. */
  readonly run?: { readonly source: string; readonly files: Readonly<Record<string, string>> };
  /**
   * The hours that the newest package of hours holds, `2023-01-01T05:00:00Z <product> <version>` each. They may still wait on
   * the disk: a crash may have come before they were removed.
   */
  readonly packed?: readonly string[];
  /** Name of the package of an earlier activation that the newest package of such ones stands for; it may not be put aside yet. */
  readonly instead?: string;
  /** The last package of each month. */
  readonly months?: Readonly<Record<string, string>>;
}

/** What a package adds to the state beside its place. */
export type ChainNote = (file: string) => Pick<ChainState, 'run' | 'packed' | 'instead'>;

export interface Chain {
  /** Where packages of this chain are written to, absolute. */
  readonly folder: string;
  state(): ChainState;
  /**
   * Adds one package. `write` makes the file at the path it is given and returns its digest; when it throws, nothing changed.
   * @param part ends the file's name and begins with the month, such as `2023-01-05`
   * @returns the file's path
   */
  add(
    part: string,
    write: (path: string, place: ChainPlace) => Promise<{ readonly digest: string }>,
    note: ChainNote,
  ): Promise<string>;
  close(): Promise<void>;
}

const PARTIAL = '.partial';

/**
 * Opens the chain kept in `dir` for packages in `out` (made when it is not there), and finishes what a crash left.
 * @throws MeterError `spool-busy` when another process holds it
 */
export async function openChain(dir: string, agent: string, epoch: number, out: string): Promise<Chain> {
  await makeFolder(out);
  const folder = resolve(out);
  const path = join(dir, 'chain.json');
  const release = await lockFile(join(dir, 'chain.lock'));
  try {
    let chain = await recover(path, await readChain(path));
    await removePartials(folder, agent);
    if (chain.epoch !== epoch) {
      // What the newest package was made from is removed in the new epoch too.
      const { packed, instead } = chain;
      chain = { epoch, number: 0, previous: null, ...(packed && { packed }), ...(instead && { instead }) };
    }

    return {
      folder,
      state: () => chain,

      async add(part, write, note) {
        const number = chain.number + 1;
        const to = join(folder, packageName({ agent, epoch, number, part }));
        const from = `${to}${PARTIAL}`;
        let digest: string;
        try {
          ({ digest } = await write(from, { epoch, number, previous: chain.previous }));
          await syncFile(from);
        } catch (error) {
          await rm(from, { force: true });
          throw error;
        }
        const months = { ...chain.months, [part.slice(0, '2023-01'.length)]: to };
        const moved: ChainState = { ...chain, epoch, number, previous: digest, ...note(to), months };
        await writeDurably(path, render({ ...moved, moving: { from, to } }));
        await renameDurably(from, to);
        // Not written again without `moving`: recovery sees that the file has its name, and the next package replaces it.
        chain = moved;
        return to;
      },

      close: release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

async function readChain(path: string): Promise<ChainState> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return { epoch: 0, number: 0, previous: null };
  try {
    return JSON.parse(text) as ChainState;
  } catch {
    throw new MeterError(
      'chain-damaged',
      `${path} cannot be read, so nobody knows the next package's number: restore the file, or remove it and activate the meter again, which begins a new chain. The hours wait meanwhile.`,
    );
  }
}

/** Finishes a move that a crash interrupted. */
async function recover(path: string, chain: ChainState): Promise<ChainState> {
  if (chain.moving === undefined) return chain;
  const { moving, ...settled } = chain;
  if (await exists(moving.from)) {
    await renameDurably(moving.from, moving.to);
    await writeDurably(path, render(settled));
  }
  return settled;
}

/** Files that no chain names: their packages were never whole. Only this meter's; the folder may serve several. */
async function removePartials(folder: string, agent: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(`usage_${agent}_`) && name.includes(PARTIAL))
      await rm(join(folder, name), { force: true });
  }
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function render(chain: ChainState): string {
  return `${JSON.stringify(chain, null, 2)}\n`;
}
