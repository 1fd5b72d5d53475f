import type { EngineLane, EngineValues } from '../../platform/engine/types.ts';
import { statementSettings } from './statement-settings.ts';

/** Packs a history to 9 % of its size; level 6 takes another 0.1 s a month for 1 % more. */
export const COMPRESSION_LEVEL = 3;

/**
 * Has the engine write the rows of a SELECT to `path` as tab-separated values in one gzip member without a time stamp, with
 * the header line unless `header` is false. The rows never come to Node. The SELECT gives texts under the names of `columns`, in their order.
 */
export async function renderByEngine(
  lane: EngineLane,
  select: string,
  values: EngineValues,
  columns: readonly string[],
  path: string,
  header = true,
): Promise<void> {
  const structure = columns.map((column) => `\`${column}\` String`).join(', ');
  await lane.command(
    `INSERT INTO FUNCTION file({path:String}, '${header ? 'TSVRawWithNames' : 'TSVRaw'}', {structure:String}, 'gzip') ${select}
${statementSettings}, output_format_compression_level = ${COMPRESSION_LEVEL}`,
    { ...values, path, structure },
  );
}
