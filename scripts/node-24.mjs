// Finds the Node that the project is pinned to. Where the machine's own is older, the pinned one comes from the npm
// registry as a locked package of this platform, so that nothing has to be installed by hand.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = fileURLToPath(new URL('..', import.meta.url));
const pinnedMajor = 24;

export function pinnedNode() {
  const packaged = join(
    projectRoot,
    'node_modules',
    `node-${process.platform}-${process.arch}`,
    'bin',
    'node',
  );
  if (existsSync(packaged)) return packaged;
  if (Number.parseInt(process.versions.node, 10) >= pinnedMajor) return process.execPath;
  throw new Error(
    `Meterhouse runs on Node ${pinnedMajor}; this is Node ${process.versions.node} on ${process.platform}-${process.arch}, ` +
      `for which no packaged Node ${pinnedMajor} is known. Install Node ${pinnedMajor} and try again.`,
  );
}
