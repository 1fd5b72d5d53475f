// `npm run check`: everything that can be said of the sources without running the tests. Runs all of it and then tells
// which failed, so that one round shows every fault.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { biome } from './biome.mjs';
import { pinnedNode, projectRoot } from './node-24.mjs';
import { setUp } from './setup.mjs';

const bin = (name) => join(projectRoot, 'node_modules', '.bin', name);
const checks = [
  { name: 'types', command: [bin('tsc'), '-p', 'tsconfig.json'], mend: 'mend what the compiler names' },
  { name: 'lint and format', program: biome, command: ['ci', '--colors=off', '.'], mend: 'npm run format' },
  { name: 'arrows of the house', command: ['scripts/arrows.mjs'], mend: 'see ARCHITECTURE.md, The rules' },
  { name: 'licences and SBOM', command: ['scripts/licences.mjs'], mend: 'node scripts/licences.mjs --write' },
  {
    name: 'database schema snapshot',
    command: ['apps/service/src/platform/database/dump-schema.ts', '--check'],
    mend: 'node apps/service/src/platform/database/dump-schema.ts --write',
  },
  {
    name: 'OpenAPI document and Postman collection',
    command: ['apps/service/src/write-openapi.ts', '--check'],
    mend: 'node apps/service/src/write-openapi.ts --write',
  },
  {
    name: 'OpenAPI document by a linter',
    command: ['scripts/lint-openapi.mjs'],
    mend: 'mend the schemas and routes that it names; an example belongs on each field',
  },
  {
    name: 'types of the SDK',
    command: ['packages/client/scripts/generate.mjs', '--check'],
    mend: 'node packages/client/scripts/generate.mjs --write',
  },
];

try {
  setUp();
  const failed = checks.filter((check) => !passes(check));
  for (const { name, mend } of failed) console.log(`✗ ${name}: ${mend}`);
  if (failed.length === 0) console.log(`All ${checks.length} checks passed.`);
  process.exitCode = failed.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

function passes({ name, program = pinnedNode(), command }) {
  const started = performance.now();
  const run = spawnSync(program, command, { cwd: projectRoot, encoding: 'utf8' });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${run.status === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
  if (run.status !== 0) console.log(`${run.stdout}${run.stderr}`);
  return run.status === 0;
}
