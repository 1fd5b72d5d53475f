// `meterhouse` from a checkout: sets up what is missing, then runs the command on the pinned Node.
import { join } from 'node:path';
import { projectRoot } from './node-24.mjs';
import { runPinned } from './run-pinned.mjs';

await runPinned([join(projectRoot, 'apps', 'cli', 'src', 'main.ts'), ...process.argv.slice(2)]);
