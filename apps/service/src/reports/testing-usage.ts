import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PartKind, RECORDS, type RecordOf } from '@meterhouse/contract';
import type { Engine } from '../platform/engine/types.ts';

/** The records of a test month, by kind. */
export type Records = { readonly [Kind in PartKind]: readonly RecordOf[Kind][] };

/** Puts records into the usage tables of a meter as they are: each kind in `parts` inserts, so that they lie in as many parts. */
export async function insertUsage(
  engine: Engine,
  meterId: string,
  records: Records,
  parts = 1,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'meterhouse-usage-'));
  try {
    for (const kind of Object.keys(RECORDS) as PartKind[]) {
      const fields = Object.keys(RECORDS[kind].properties).join(', ');
      for (let part = 0; part < parts; part += 1) {
        const own = records[kind].filter((_, index) => index % parts === part);
        if (own.length === 0) continue;
        const path = join(folder, `${kind}-${part}.ndjson`);
        await writeFile(path, own.map((record) => `${JSON.stringify(record)}\n`).join(''));
        await engine.loads.command(
          `INSERT INTO usage_${kind} (meter, upload, ${fields})
           SELECT {meter:UInt64}, 1, ${fields} FROM file({path:String}, 'JSONEachRow')
           SETTINGS date_time_input_format = 'best_effort', schema_inference_make_columns_nullable = 0`,
          { meter: meterId, path },
        );
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
