// Keeps src/generated/api.ts as docs/openapi.json says: `--write` writes it, `--check` ends with status 1 when it differs.
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const document = new URL('../../../docs/openapi.json', import.meta.url);
const file = new URL('../src/generated/api.ts', import.meta.url);
const told =
  '// Made from docs/openapi.json by packages/client/scripts/generate.mjs. Do not change it by hand.\n';

const text = told + astToString(await openapiTS(document));
if (process.argv[2] === '--write') writeFileSync(file, text);
else if (process.argv[2] !== '--check') {
  console.error('Say --write or --check.');
  process.exitCode = 2;
} else if (readFileSync(file, 'utf8') !== text) {
  console.error(
    'src/generated/api.ts differs from docs/openapi.json. Run: node packages/client/scripts/generate.mjs --write',
  );
  process.exitCode = 1;
}
