import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../../platform/engine/index.ts';
import { type FieldType, KIND_NAMES, KINDS, type Kind } from '../kinds.ts';

const FILE = 'lines.format';

/**
 * How a field is read from its line. `JSON` unescapes a text or a list; `CSV` gives what stands there up to the next comma,
 * quotes and all, so that nothing is forgiven.
 */
function rule(type: FieldType): 'JSON' | 'CSV' {
  return type === 'String' || type === 'Codes' ? 'JSON' : 'CSV';
}

const template = (kind: Kind) =>
  `{${kind.fields.map(({ name, type }) => `"${name}":\${${name}:${rule(type)}}`).join(',')}}`;

/** Writes down for the engine what a line of each kind looks like, at every start: the fields may have changed since. */
export async function writeRecordFormats(engine: Engine): Promise<void> {
  await mkdir(engine.formats, { recursive: true, mode: 0o700 });
  // A line ends in LF, the last one too; nothing stands before the first.
  await writeFile(join(engine.formats, FILE), `\${data}\n`);
  for (const kind of KIND_NAMES)
    await writeFile(join(engine.formats, `${kind}.format`), template(KINDS[kind]));
}

/**
 * How lines of a kind are read; goes into the SETTINGS clause. A number, word or list where a text should be is no text.
 * Small blocks: they stay in the processor's cache between the columns' checks. Long records make blocks of fewer rows.
 */
export function recordFormat(engine: Engine, kind: Kind): string {
  const file = (name: string) => `'${join(engine.formats, name).replace(/['\\]/g, '\\$&')}'`;
  return `format_template_row = ${file(`${kind.kind}.format`)}, format_template_resultset = ${file(FILE)},
    format_template_rows_between_delimiter = '\\n', format_csv_delimiter = ',', format_csv_allow_double_quotes = 0,
    format_csv_allow_single_quotes = 0, input_format_csv_trim_whitespaces = 0, input_format_null_as_default = 0,
    input_format_json_read_numbers_as_strings = 0, input_format_json_read_bools_as_strings = 0,
    input_format_json_read_objects_as_strings = 0, input_format_json_read_arrays_as_strings = 0,
    input_format_allow_errors_num = 0, input_format_allow_errors_ratio = 0, max_block_size = 16384,
    input_format_max_block_size_bytes = 16777216`;
}
