import type { Engine } from '@meterhouse/service/engine';
import { KINDS } from '@meterhouse/service/usage';
import type { Member } from './members.ts';
import type { RawForm } from './orders.ts';

const TABLE_TYPES: Readonly<Record<string, string>> = {
  DateTime: "DateTime('UTC')",
  Power: "Enum8('on' = 1, 'off' = 2, 'suspended' = 3)",
  Category: "Enum8('rental' = 1, 'perpetual' = 2, 'demo' = 3, 'none' = 4, 'unknown' = 5)",
  Codes: 'Array(LowCardinality(String))',
};
const PLAIN_TYPES: Readonly<Record<string, string>> = {
  DateTime: "DateTime('UTC')",
  Power: 'String',
  Category: 'String',
  Codes: 'Array(String)',
};

/** Has the engine load the members of one package as it would load any NDJSON: nothing is checked, nothing is signed. */
export async function loadMembers(engine: Engine, members: readonly Member[], form: RawForm): Promise<void> {
  for (const { kind, path } of members) {
    const { table, fields } = KINDS[kind];
    const columns = fields.map(({ name }) => name).join(', ');
    const structure = fields.map(({ name, type }) => `${name} ${typeOf(name, type, form)}`).join(', ');
    await engine.loads.command(
      `INSERT INTO ${table} (meter, upload, ${columns})
       SELECT 1, 1, ${columns} FROM file({path:String}, 'JSONEachRow', {structure:String}, 'gzip')
       SETTINGS date_time_input_format = 'best_effort', input_format_parallel_parsing = ${form === 'one-thread' ? 0 : 1}`,
      { path, structure },
    );
  }
}

function typeOf(name: string, type: string, form: RawForm): string {
  if (form !== 'table') return PLAIN_TYPES[type] ?? type;
  if (type === 'String' && name !== 'name') return 'LowCardinality(String)';
  return TABLE_TYPES[type] ?? type;
}
