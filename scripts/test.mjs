// `npm test [-- PATH…]`: sets up what is missing and runs the test files below the named paths, or all of them.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './node-24.mjs';
import { runPinned } from './run-pinned.mjs';

const wanted = process.argv.slice(2).map((path) => path.replace(/^\.\//, '').replace(/\/$/, ''));
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.test.ts'], {
  cwd: projectRoot,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file && existsSync(join(projectRoot, file)))
  .filter(
    (file) => wanted.length === 0 || wanted.some((path) => file === path || file.startsWith(`${path}/`)),
  );

if (files.length === 0) {
  process.stderr.write(`No test file is below ${wanted.join(', ')}.\n`);
  process.exitCode = 2;
} else {
  process.chdir(projectRoot);
  // Each file has a process of its own, since an engine takes one data directory a process. Two at a time: more only makes
  // them wait for each other's databases on a small machine.
  await runPinned([
    '--test',
    '--test-concurrency=2',
    '--test-timeout=600000',
    '--test-reporter=spec',
    ...files,
  ]);
}
