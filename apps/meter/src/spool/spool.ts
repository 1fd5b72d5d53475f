/**
 * The chain of a meter's packages and the folder they are written to.
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
import { lockFile } from './lock.ts';

/** The place of the next package in the chain. */
export interface ChainPlace {
  readonly epoch: number;
  readonly number: number;
  /** Digest of the package before, null exactly when `number` is 1. */
  readonly previous: string | null;
}

interface Chain {
  readonly epoch: number;
  /** Of the last package, 0 before the first. */
  readonly number: number;
  readonly previous: string | null;
  readonly moving?: { readonly from: string; readonly to: string };
  /** What the last run was made from and the file of each of its parts, so that a run that was ended goes on where it was. */
  readonly run?: { readonly source: string; readonly files: Readonly<Record<string, string>> };
  /** The last package of each month, by the month that its part begins with. */
  readonly months?: Readonly<Record<string, string>>;
}

export interface Spool {
  /** The file that this part of this source was written to before and that is still there, such as a day of a trace. */
  kept(source: string, part: string): Promise<string | undefined>;
  /**
   * A package of this month that a run of this source would not go on from but add a second set to: of another source or
   * folder, or of this one when a file of it is gone. It may be gone itself.
   */
  other(source: string, month: string): Promise<string | undefined>;
  /**
   * Adds one package. `write` makes the file at the path it is given and returns its digest; when it throws, nothing changed.
   * @returns the file's path
   */
  add(
    source: string,
    part: string,
    write: (path: string, place: ChainPlace) => Promise<{ readonly digest: string }>,
  ): Promise<string>;
  close(): Promise<void>;
}

const PARTIAL = '.partial';

/**
 * Opens the chain kept in `dir` for packages in `out` (made when it is not there), and finishes what a crash left.
 * @throws MeterError `spool-busy` when another process holds it
 */
export async function openSpool(dir: string, agent: string, epoch: number, out: string): Promise<Spool> {
  await makeFolder(out);
  const folder = resolve(out);
  const chainPath = join(dir, 'chain.json');
  const release = await lockFile(join(dir, 'chain.lock'));
  try {
    let chain = await recover(chainPath, await readChain(chainPath));
    await removePartials(folder, agent);
    if (chain.epoch !== epoch) chain = { epoch, number: 0, previous: null };

    return {
      async kept(source, part) {
        const file = chain.run?.source === source ? chain.run.files[part] : undefined;
        if (file === undefined || resolve(file, '..') !== folder) return undefined;
        return stat(file).then(
          () => file,
          () => undefined,
        );
      },

      async other(source, month) {
        const own = chain.run?.source === source ? Object.values(chain.run.files) : [];
        const there = await Promise.all(own.map((file) => resolve(file, '..') === folder && exists(file)));
        if (own.length > 0 && there.every(Boolean)) return undefined;
        return chain.months?.[month] ?? (await packageOfMonth(folder, agent, epoch, month));
      },

      async add(source, part, write) {
        const number = chain.number + 1;
        const to = join(folder, `usage_${agent}_${epoch}_${String(number).padStart(6, '0')}_${part}.gz`);
        const from = `${to}${PARTIAL}`;
        let digest: string;
        try {
          ({ digest } = await write(from, { epoch, number, previous: chain.previous }));
          await syncFile(from);
        } catch (error) {
          await rm(from, { force: true });
          throw error;
        }
        const files = { ...(chain.run?.source === source ? chain.run.files : {}), [part]: to };
        const months = { ...chain.months, [part.slice(0, '2023-01'.length)]: to };
        const moved: Chain = { epoch, number, previous: digest, run: { source, files }, months };
        await writeDurably(chainPath, render({ ...moved, moving: { from, to } }));
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

async function readChain(path: string): Promise<Chain> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? { epoch: 0, number: 0, previous: null } : (JSON.parse(text) as Chain);
}

/** Finishes a move that a crash interrupted. */
async function recover(chainPath: string, chain: Chain): Promise<Chain> {
  if (chain.moving === undefined) return chain;
  const { moving, ...settled } = chain;
  if (await exists(moving.from)) {
    await renameDurably(moving.from, moving.to);
    await writeDurably(chainPath, render(settled));
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

/** One of this meter's packages of a month in the folder; those of an earlier activation do not count, their chain has ended. */
async function packageOfMonth(
  folder: string,
  agent: string,
  epoch: number,
  month: string,
): Promise<string | undefined> {
  const name = (await readdir(folder)).find(
    (one) => one.startsWith(`usage_${agent}_${epoch}_`) && one.endsWith('.gz') && one.includes(`_${month}-`),
  );
  return name === undefined ? undefined : join(folder, name);
}

async function exists(path: string): Promise<boolean> {
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

function render(chain: Chain): string {
  return `${JSON.stringify(chain, null, 2)}\n`;
}
