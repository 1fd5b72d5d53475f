import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
export const home = fileURLToPath(new URL('..', import.meta.url));
export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** An empty project in which the packed client is installed as anybody would install it. */
export interface PackedProject extends Disposable {
  readonly folder: string;
  /** Names of the files in the package. */
  readonly packed: readonly string[];
  readonly packedBytes: number;
  /** Compiles these TypeScript sources against the installed package, to `.js` files in the project. */
  compile(sources: Readonly<Record<string, string>>, as: 'browser' | 'node'): Promise<void>;
}

/** Builds, packs and installs. The one dependency comes from this machine's own copy, so that no registry is asked. */
export async function packedProject(): Promise<PackedProject> {
  const folder = mkdtempSync(join(tmpdir(), 'meterhouse-packed-'));
  const project = join(folder, 'project');
  mkdirSync(project);
  await npm(['pack', join(root, 'node_modules', '@noble', 'hashes'), '--pack-destination', folder], folder);
  const [hashes] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  // What the README says, in a registry's absence.
  const [words, ...more] = installing();
  assert.deepEqual(more, []);
  const lines = words!
    .replaceAll('/path/to/checkout', root)
    .replace('npm install ', `npm install --offline --no-audit --no-fund --ignore-scripts ../${hashes} `);
  await run('sh', ['-euc', lines], { cwd: project, env: outsideNpm() });
  const file = `meterhouse-client-${version}.tgz`;
  const { stdout } = await run('tar', ['-tzf', file], { cwd: project });
  return {
    folder: project,
    packed: stdout
      .trim()
      .split('\n')
      .map((path) => path.replace('package/', ''))
      .sort(),
    packedBytes: statSync(join(project, file)).size,
    compile: (sources, as) => compile(project, sources, as),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The shell block of the README, which packs and installs. */
function installing(): readonly string[] {
  return [...readFileSync(readme, 'utf8').matchAll(/^```sh\n(.*?)^```/gms)].map(([, block]) => block!);
}

function npm(args: readonly string[], cwd: string) {
  return run('npm', [...args], { cwd, env: outsideNpm() });
}

/** The environment without settings of a surrounding `npm run`. */
function outsideNpm() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
}

async function compile(project: string, sources: Readonly<Record<string, string>>, as: 'browser' | 'node') {
  for (const [name, text] of Object.entries(sources)) writeFileSync(join(project, name), text);
  const types = join(project, 'node_modules', '@types');
  if (as === 'node') {
    mkdirSync(types, { recursive: true });
    for (const one of ['@types/node', 'undici-types'])
      symlinkSync(join(root, 'node_modules', one), join(project, 'node_modules', one), 'dir');
  }
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    target: 'es2022',
    module: 'nodenext',
    lib: as === 'browser' ? ['es2023', 'dom', 'dom.iterable'] : ['es2023'],
    types: as === 'browser' ? [] : ['node'],
  };
  writeFileSync(
    join(project, `${as}.json`),
    JSON.stringify({ compilerOptions, files: Object.keys(sources) }),
  );
  const tsc = join(home, 'node_modules', 'typescript', 'bin', 'tsc');
  await run(process.execPath, [tsc, '-p', `${as}.json`], { cwd: project }).catch(
    (error: { stdout?: string }) => {
      throw new Error(error.stdout || String(error));
    },
  );
}

export interface Runtime {
  readonly program: string;
  /** `v20.20.2` */
  readonly version: string;
}

/** The Node that runs this, and the machine's own where that is another one. */
export async function runtimes(): Promise<readonly Runtime[]> {
  const folders = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((one) => one && !one.includes('node_modules'));
  const found: Runtime[] = [{ program: process.execPath, version: process.version }];
  for (const folder of folders) {
    const program = join(folder, 'node');
    const version = await run(program, ['--version']).then(
      ({ stdout }) => stdout.trim(),
      () => undefined,
    );
    if (version !== undefined && !found.some((one) => one.version === version))
      found.push({ program, version });
  }
  return found;
}

/** TypeScript blocks of a page, in order. */
export function snippetsOf(page: string): readonly string[] {
  return [...readFileSync(page, 'utf8').matchAll(/^```ts\n(.*?)^```/gms)].map(([, block]) => block!);
}

export const readme = join(home, 'README.md');
export const examples = join(dirname(home), '..', 'examples', 'sdk');
