// Biome, the linter and formatter, is one program; its packages for each platform are pinned directly, as Node's are, since the
// package that chooses among them names platforms that not every registry has.
import { join } from 'node:path';
import { projectRoot } from './node-24.mjs';

export const biome = join(
  projectRoot,
  'node_modules',
  '@biomejs',
  `cli-${process.platform}-${process.arch}`,
  'biome',
);
