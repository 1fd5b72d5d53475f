/**
 * Keeps `schema.sql`, the schema that all migrations together make, so that a change of the schema shows in review as it is.
 *
 *     node apps/service/src/platform/database/dump-schema.ts           says whether it is up to date; status 1 when not
 *     node apps/service/src/platform/database/dump-schema.ts --write   writes it
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeSchema } from './describe-schema.ts';
import { withTestDatabase } from './testing.ts';

const path = join(import.meta.dirname, 'schema.sql');
const heading =
  '-- What the migrations make together. Written by dump-schema.ts --write and checked by npm run check.\n\n';

const wanted = heading + (await withTestDatabase(describeSchema));
if (process.argv.includes('--write')) {
  writeFileSync(path, wanted);
} else if (readSnapshot() !== wanted) {
  console.error(`${path} is not what the migrations make. Run: node ${process.argv[1]} --write`);
  process.exitCode = 1;
}

function readSnapshot(): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
