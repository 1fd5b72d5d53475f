import type { EngineLane, EngineValues } from '../../platform/engine/types.ts';

/**
 * Level 3 packs a history to 9 % of its size; level 6 takes another 0.1 s a month for 1 % more. 512 MiB is a third above what
 * a month of 24,000 machines takes; beyond half of it the engine sorts and groups on the disk.
 */
const settings = `
  output_format_compression_level = 3,
  max_memory_usage = 536870912,
  max_bytes_ratio_before_external_sort = 0.5,
  max_bytes_ratio_before_external_group_by = 0.5`;

/**
 * Has the engine write the rows of a SELECT to `path` as tab-separated values in one gzip member without a time stamp, with
 * the header line. The rows never come to Node. `select` ends in a SETTINGS clause and names its columns as the report does.
 */
export async function renderByEngine(
  lane: EngineLane,
  select: string,
  values: EngineValues,
  columns: readonly string[],
  path: string,
): Promise<void> {
  const structure = columns.map((column) => `\`${column}\` String`).join(', ');
  await lane.command(
    `INSERT INTO FUNCTION file({path:String}, 'TSVRawWithNames', {structure:String}, 'gzip') ${select},${settings}`,
    { ...values, path, structure },
  );
}
