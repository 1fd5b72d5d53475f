// `npm run bench [-- NAME…]`: measures, against the raw thing in the same run, and prints a table with the hardware.
import { join } from 'node:path';
import { projectRoot } from './node-24.mjs';
import { runPinned } from './run-pinned.mjs';

await runPinned([join(projectRoot, 'bench', 'src', 'main.ts'), ...process.argv.slice(2)]);
