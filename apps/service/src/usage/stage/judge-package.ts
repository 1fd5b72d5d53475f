import type { PackageHeader } from '@meterhouse/contract';
import { Problem } from '@meterhouse/contract';
import { checkPackage, FaultLog, type Faults, instantOf, type KeyLookup } from '@meterhouse/metering';
import type { Engine } from '../../platform/engine/index.ts';
import type { Logger } from '../../platform/http/index.ts';
import { KINDS } from '../kinds.ts';
import { removeParts } from './cut-package.ts';
import { leastBytes } from './expressions.ts';
import { openSlices, type SliceContent, type StagedPart, type StageVerdict, stagePackage } from './stage.ts';

export interface JudgeRequest {
  readonly tag: string;
  readonly meterId: string;
  readonly header: PackageHeader;
  /** The whole package, for the plain reader. */
  readonly file: string;
  /** Its parts, cut out. They are removed when the verdict is reached. */
  readonly parts: readonly StagedPart[];
  readonly keyOf: KeyLookup;
  /** What the parts together may unpack to. */
  readonly unpackedBytes: number;
}

export type Judgement =
  | { readonly good: true; readonly slices: readonly SliceContent[] }
  | { readonly good: false; readonly faults: Faults };

export interface JudgeTools {
  readonly engine: Engine;
  /** Where parts are kept for the engine. */
  readonly folder: string;
  readonly logger: Logger;
}

/**
 * Decides whether the records of a package are good, and leaves them staged when they are. The engine decides for good
 * packages, which is nearly all. Where it finds a fault the plain reader names every fault with its line. Should that find
 * none, the two disagree on what a record is: that is a fault of this program, the package is refused, and the log says so
 * loudly.
 *
 * @throws problem `engine-busy` when the engine had not the memory to look
 */
export async function judgePackage(tools: JudgeTools, request: JudgeRequest): Promise<Judgement> {
  const { engine, logger } = tools;
  const { tag, parts, file, keyOf, unpackedBytes } = request;
  try {
    const staged = await stageWithin(engine, request);
    const plain = staged.verdict === 'plain';
    if (plain && staged.bytes <= unpackedBytes) return { good: true, slices: staged.slices };
    const { faults } = await checkPackage(file, { keyOf, unpackedBytes });
    if (faults.total > 0) return { good: false, faults };
    const why = plain ? 'more bytes than may come' : staged.why;
    if (!plain && staged.memory)
      throw new Problem('engine-busy', {
        detail: 'The engine has not enough memory for this package just now.',
        headers: { 'Retry-After': '30' },
      });
    logger.error({ tag, why }, 'the engine refuses a package that the plain reader takes');
    return { good: false, faults: disagreement(why) };
  } finally {
    await removeParts(parts);
  }
}

/** More records than could fit into what a package may unpack to are not even looked at: they would fill the disk. */
async function stageWithin(engine: Engine, request: JudgeRequest): Promise<StageVerdict> {
  const { tag, meterId, header, parts, unpackedBytes } = request;
  const least = parts.reduce((sum, { kind, records }) => sum + records * leastBytes(KINDS[kind]), 0);
  if (least > unpackedBytes) return { verdict: 'unsure', why: 'more records than may come', memory: false };
  const open = openSlices(header.products, instantOf);
  return stagePackage(engine, { tag, meterId, month: header.month, parts, open });
}

function disagreement(why: string): Faults {
  const log = new FaultLog();
  log.add(
    'file',
    'bad-value',
    `this service's two readers disagree on it (${why}); report this to its operators`,
  );
  return log;
}
