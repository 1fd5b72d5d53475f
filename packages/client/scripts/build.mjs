// Makes the package as it is published: compiled, with its declarations, README and licence, and a package.json of its own.
//   node scripts/build.mjs DIR    writes it to DIR, for `npm pack DIR` and `npm publish DIR`
// The package.json of the workspace stays private and names the sources, which Node 24 runs as they are.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const root = resolve(home, '../..');
const target = resolve(process.argv[2] ?? fail('Name the folder to write to.'));
const tsc = join(home, 'node_modules', 'typescript', 'bin', 'tsc');

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
// The main entry is compiled without the types of Node, so that it cannot use what a browser does not have.
for (const project of ['tsconfig.browser.json', 'tsconfig.node.json'])
  execFileSync(process.execPath, [tsc, '-p', join(home, project), '--outDir', join(target, 'dist')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
for (const [from, name] of [
  [home, 'README.md'],
  [root, 'LICENSE'],
])
  copyFileSync(join(from, name), join(target, name));

const {
  private: _,
  scripts,
  devDependencies,
  exports,
  ...published
} = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
const compiled = (source) => source.replace('./src/', './dist/').replace(/\.ts$/, '');
writeFileSync(
  join(target, 'package.json'),
  `${JSON.stringify(
    {
      ...published,
      exports: Object.fromEntries(
        Object.entries(exports).map(([entry, source]) => [
          entry,
          { types: `${compiled(source)}.d.ts`, default: `${compiled(source)}.js` },
        ]),
      ),
      files: ['dist'],
      sideEffects: false,
      engines: { node: '>=20.19' },
    },
    null,
    2,
  )}\n`,
);

function fail(message) {
  console.error(message);
  process.exit(2);
}
