// Makes the file that `npm install` takes: meterhouse-client-<version>.tgz, in the folder this is called from or the one it names.
//   node scripts/pack.mjs [DIR]
// Any Node from 20.19 runs it. What `./meterhouse` installs at its first call must be there: it compiles with that.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

if (!existsSync(fileURLToPath(new URL('../node_modules/typescript', import.meta.url)))) {
  console.error('Nothing is installed in this checkout yet. Run `./meterhouse --version` in it once.');
  process.exit(1);
}
const target = resolve(process.argv[2] ?? '.');
const built = mkdtempSync(join(tmpdir(), 'meterhouse-client-'));
try {
  mkdirSync(target, { recursive: true });
  const build = fileURLToPath(new URL('build.mjs', import.meta.url));
  execFileSync(process.execPath, [build, built], { stdio: 'inherit' });
  // Settings of a surrounding `npm run` would tell npm of another package.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  const options = { cwd: target, env, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' };
  const name = execFileSync('npm', ['pack', built, '--silent'], options).trim();
  console.log(join(target, name));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(built, { recursive: true, force: true });
}
