import { EXIT } from '../exit-codes.ts';
import { explain } from '../explain.ts';
import { Failure } from '../failure.ts';
import type { Client } from '../http/client.ts';
import { inChainOrder, type PackageFile, readPackageFile } from './package-file.ts';
import { sendPackage } from './send-package.ts';

export interface SendingOptions {
  readonly correction?: string;
  readonly onProgress?: (progress: {
    readonly done: number;
    readonly total: number;
    readonly file: string;
  }) => void;
  readonly onRefused?: (refused: { readonly path: string; readonly failure: Failure }) => void;
  readonly onRetry?: (path: string, why: string, pauseMs: number) => void;
}

export interface SendingSummary {
  /** Upload ids by file, in the order in which they were sent. */
  readonly taken: readonly { readonly path: string; readonly agent: string; readonly upload: string }[];
  /** Of those taken: which the service had before. */
  readonly known: number;
  readonly refused: readonly {
    readonly path: string;
    readonly message: string;
    readonly faults: readonly string[];
  }[];
  /** Bytes of what was taken. */
  readonly bytes: number;
  /** Slices by what became of them. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Why it ended before the last file, and how many it did not come to. */
  readonly stopped?: { readonly failure: Failure; readonly left: number };
}

/**
 * Sends packages one after another, chain by chain in the order of their numbers. Every header is read before the first is
 * sent, so that a wrong file is told at once. One that the service refuses does not stop the next; a service that cannot be
 * reached any more, or that does not know the caller any more, does, and what was taken until then is still summed up.
 * @throws Failure when not all are packages; what keeps the first from being sent
 */
export async function sendPackages(
  client: Client,
  paths: readonly string[],
  options: SendingOptions = {},
): Promise<SendingSummary> {
  const files = inChainOrder(await readAll(paths));
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const taken: SendingSummary['taken'][number][] = [];
  const refused: SendingSummary['refused'][number][] = [];
  const outcomes: Record<string, number> = {};
  let known = 0;
  let done = 0;
  let bytes = 0;
  let stopped: SendingSummary['stopped'];
  for (const [place, file] of files.entries()) {
    const { path, header } = file;
    try {
      const sent = await sendPackage(client, file, {
        ...(options.correction !== undefined && { correction: options.correction }),
        onBytes: (some) => options.onProgress?.({ done: done + some, total, file: path }),
        onRetry: ({ error, pause }) =>
          options.onRetry?.(path, explain(error)?.message ?? String(error), pause),
      });
      taken.push({ path, agent: header.agent, upload: sent.answer.uploadId });
      if (sent.known) known += 1;
      for (const { outcome } of sent.answer.slices) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      bytes += file.bytes;
    } catch (error) {
      const failure = explain(error);
      if (failure === undefined) throw error;
      if (endsSending(failure)) {
        if (place === 0) throw error;
        stopped = { failure, left: files.length - place };
        break;
      }
      refused.push({ path, message: failure.message, faults: failure.faults });
      options.onRefused?.({ path, failure });
    }
    done += file.bytes;
    options.onProgress?.({ done, total, file: path });
  }
  return { taken, known, refused, bytes, outcomes, ...(stopped !== undefined && { stopped }) };
}

/** What the next package would be told as well. All that are left stay where they are. */
const endsSending = ({ exitCode, code }: Failure) =>
  exitCode === EXIT.unreachable || exitCode === EXIT.unauthorised || code === 'quota-exceeded';

/** @throws Failure with the faults of every file that is no package */
async function readAll(paths: readonly string[]): Promise<PackageFile[]> {
  const files: PackageFile[] = [];
  const faults: string[] = [];
  for (const path of paths) {
    try {
      files.push(await readPackageFile(path));
    } catch (error) {
      const failure = explain(error);
      if (failure === undefined) throw error;
      const found = failure.faults.map((fault) => `${path}: ${fault}`);
      faults.push(...(found.length === 0 ? [failure.message] : found));
    }
  }
  if (faults.length > 0) {
    throw new Failure('Nothing was sent: not all of these are packages.', EXIT.input, { faults });
  }
  return files;
}
