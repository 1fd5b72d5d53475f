/**
 * A chain for packages that are made from a source which can be read again, such as a trace: it knows which parts of the
 * source have their package, so that a run that was ended goes on where it was.
 */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type ChainPlace, exists, openChain } from './chain.ts';

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

/**
 * Opens the chain kept in `dir` for packages in `out` (made when it is not there), and finishes what a crash left.
 * @throws MeterError `spool-busy` when another process holds it
 */
export async function openSpool(dir: string, agent: string, epoch: number, out: string): Promise<Spool> {
  const chain = await openChain(dir, agent, epoch, out);
  const { folder } = chain;
  const filesOf = (source: string) => {
    const { run } = chain.state();
    return run?.source === source ? run.files : {};
  };
  return {
    async kept(source, part) {
      const file = filesOf(source)[part];
      if (file === undefined || resolve(file, '..') !== folder) return undefined;
      return (await exists(file)) ? file : undefined;
    },

    async other(source, month) {
      const own = Object.values(filesOf(source));
      const there = await Promise.all(own.map((file) => resolve(file, '..') === folder && exists(file)));
      if (own.length > 0 && there.every(Boolean)) return undefined;
      return chain.state().months?.[month] ?? (await packageOfMonth(folder, agent, epoch, month));
    },

    add: (source, part, write) =>
      chain.add(part, write, (file) => ({ run: { source, files: { ...filesOf(source), [part]: file } } })),

    close: chain.close,
  };
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
