// Installs what is missing, exactly as the lock file says, and nothing else. Runs on the machine's own Node (20.19 or newer).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from './node-24.mjs';
import { makePostgresSymlinks } from './postgres-symlinks.mjs';

const marker = join(projectRoot, 'node_modules', '.meterhouse-installed');
/** Beside node_modules, which npm removes first; holds the process id of who installs. */
const lock = join(projectRoot, '.meterhouse-installing');
const pauseMs = 200;

/** Leaves node_modules as the lock file wants it. Takes no time when it is already so. */
export function setUp() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(
      `Meterhouse needs Node 20.19 or newer to set itself up; this is ${process.versions.node}.`,
    );
  }
  const wanted = createHash('sha256')
    .update(readFileSync(join(projectRoot, 'package-lock.json')))
    .digest('hex');
  if (readMarker() === wanted) return;
  // Two that install at once remove each other's files.
  takeTurn();
  try {
    if (readMarker() !== wanted) install(wanted);
  } finally {
    rmSync(lock, { force: true });
  }
}

function install(wanted) {
  process.stderr.write('Installing what the lock file names (about 1 GB on disk, once) …\n');
  // Warnings of npm about engines are its own: the pinned Node that it sees too late is among what it installs.
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: projectRoot,
    stdio: ['ignore', process.stderr, process.stderr],
  });
  if (npm.error)
    throw new Error(`npm could not be started: ${npm.error.message}. Install npm and try again.`);
  if (npm.status !== 0)
    throw new Error('npm ci failed; what it said is above. Check that the npm registry is reachable.');
  // The one install script of a dependency that is needed; the others are not run (see .npmrc).
  makePostgresSymlinks(join(projectRoot, 'node_modules'));
  writeFileSync(marker, wanted);
}

/** Waits until nobody else installs; who was killed while installing is passed over. */
function takeTurn() {
  for (let told = false; ; ) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = Number(readOr(lock, ''));
    if (holder > 0 && !isRunning(holder)) rmSync(lock, { force: true });
    else if (!told) {
      process.stderr.write(
        `Waiting for process ${holder}, which is installing; if there is none, remove ${lock}\n`,
      );
      told = true;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function readMarker() {
  return readOr(marker, undefined);
}

function readOr(path, otherwise) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    setUp();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
