import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem, RENDITIONS, type RenditionForm } from '@meterhouse/contract';
import { type Archive, measureFile } from '../../platform/archive/index.ts';
import { crashPoint } from '../../platform/crash/crash-point.ts';
import type { Database } from '../../platform/database/types.ts';
import type { Engine } from '../../platform/engine/types.ts';
import type { Logger } from '../../platform/http/types.ts';
import type { StoredReport } from '../delivery/find-report.ts';
import { findRendition, type RecordedRendition } from './find-rendition.ts';
import { insertRendition } from './insert-rendition.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { renderRendition } from './render-rendition.ts';
import { renditionKey } from './rendition-key.ts';

export interface RenditionsOptions {
  readonly database: Database;
  readonly engine: Engine;
  readonly archive: Archive;
  readonly logger: Logger;
  readonly clock: () => Date;
  /** A folder of this service alone, that the engine can write to. */
  readonly folder: string;
  /** Counts one that is about to be rendered against the organisation's quota. @throws problem `quota-exceeded` */
  readonly takeRendering: (organisationId: string) => Promise<void>;
  /** Told when one was rendered, for the metrics. */
  readonly timed: (form: RenditionForm, seconds: number) => void;
}

/** A form of a report that the archive holds. */
export interface Rendition extends RecordedRendition {
  readonly archive_key: string;
}

/** The reports in their other forms, each made when it is first asked for. */
export interface Renditions {
  /**
   * A form of a report, rendered now if it is not there.
   *
   * @throws problems `engine-busy` when too many wait, `report-gone` when the report was removed meanwhile, `archive-missing`
   * when its bytes are lost and cannot be made again
   */
  of(report: StoredReport, form: RenditionForm): Promise<Rendition>;
}

/** Renditions that may wait; the renewal of reports always has the engine's other client. */
const WAITING = 16;

/**
 * The way of a rendition. What (ref, form) is stands in the records; its file lies beside the TSV, under a key that follows
 * from the TSV's, so it needs no record to be found or removed, and lives as long as the TSV (renewal/sweep-archive.ts).
 *
 *   unknown    no record. The TSV as the archive holds it is rendered into a folder that the next start clears; the file is
 *              archived; then recorded, which makes its bytes what the ref stands for. A crash before the record leaves a file
 *              that nobody has seen: the same bytes are found there again, and others, by another engine, replace it.
 *   recorded   the file is there: it is sent.
 *   lost       recorded, and the file is not there: rendered again. Bytes with the recorded digest take its place; with others
 *              (an engine that packs differently) the rendition stays lost, since a ref never changes what it means.
 */
export function createRenditions(options: RenditionsOptions): Renditions {
  const { database, archive, logger } = options;
  const renderOnce = oneAtATime<Rendition>(WAITING);

  async function present(report: StoredReport, form: RenditionForm): Promise<Rendition | undefined> {
    const recorded = await findRendition(database, report.ref, form);
    const archive_key = renditionKey(report.archive_key, form);
    if (recorded === undefined || (await archive.size(archive_key)) !== recorded.content_length)
      return undefined;
    return { ...recorded, archive_key };
  }

  async function render(report: StoredReport, form: RenditionForm): Promise<Rendition> {
    const before = await present(report, form);
    if (before !== undefined) return before;
    await options.takeRendering(report.organisation_id);
    const archive_key = renditionKey(report.archive_key, form);
    const began = performance.now();
    const folder = await mkdtemp(join(options.folder, 'rendition-'));
    try {
      const path = join(folder, `report.${RENDITIONS[form].ending}`);
      const tsv = await archive.localCopy(report.archive_key);
      try {
        await renderRendition(options.engine.reports, form, report, tsv.path, path);
      } finally {
        await tsv.release();
      }
      const { bytes: content_length, sha256 } = await measureFile(path);
      const made = { content_length, sha256, archive_key };
      options.timed(form, (performance.now() - began) / 1000);
      await keep(report, form, made, path);
      return made;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async function keep(
    report: StoredReport,
    form: RenditionForm,
    made: Rendition,
    path: string,
  ): Promise<void> {
    const recorded = await findRendition(database, report.ref, form);
    if (recorded !== undefined && recorded.sha256 !== made.sha256) {
      logger.error({ key: made.archive_key, was: recorded.sha256, is: made.sha256 }, 'a rendition is lost');
      throw new Problem('archive-missing', {
        detail: `The ${form} of this report is lost, and rendering it again gives other bytes; its TSV is there. Restore the archive from a backup.`,
      });
    }
    crashPoint('reports.rendition-before-archive');
    // What lies there is damaged, or was left by a crash before anybody saw it.
    const there = await archive.size(made.archive_key);
    if (there !== undefined) await archive.remove(made.archive_key);
    await archive.take(made.archive_key, path);
    crashPoint('reports.rendition-before-record');
    if (await insertRendition(database, report.ref, form, made, options.clock())) return;
    await archive.remove(made.archive_key);
    throw new Problem('report-gone', {
      detail: 'A newer report took its place; list the month to get the current ref.',
    });
  }

  return {
    async of(report, form) {
      return (await present(report, form)) ?? renderOnce(`${report.ref} ${form}`, () => render(report, form));
    },
  };
}
