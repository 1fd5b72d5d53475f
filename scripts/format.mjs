// `npm run format`: formats everything, and mends what the linter can mend.
import { spawnSync } from 'node:child_process';
import { biome } from './biome.mjs';
import { projectRoot } from './node-24.mjs';
import { setUp } from './setup.mjs';

setUp();
process.exitCode =
  spawnSync(biome, ['check', '--write', '.'], { cwd: projectRoot, stdio: 'inherit' }).status ?? 1;
