import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
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
  const built = join(folder, 'built');
  const project = join(folder, 'project');
  mkdirSync(project);
  await run(process.execPath, [join(home, 'scripts', 'build.mjs'), built]);
  const pack = async (from: string) => {
    const { stdout } = await npm(['pack', from, '--json', '--pack-destination', folder], folder);
    const [packed] = JSON.parse(stdout) as { filename: string; size: number; files: { path: string }[] }[];
    return packed!;
  };
  const client = await pack(built);
  const hashes = await pack(join(root, 'node_modules', '@noble', 'hashes'));
  writeFileSync(join(project, 'package.json'), '{"name": "empty", "type": "module"}\n');
  const tarballs = [client, hashes].map(({ filename }) => join(folder, filename));
  await npm(['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', ...tarballs], project);
  return {
    folder: project,
    packed: client.files.map(({ path }) => path),
    packedBytes: client.size,
    compile: (sources, as) => compile(project, sources, as),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** npm of the machine, without settings of a surrounding `npm run`. */
function npm(args: readonly string[], cwd: string) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  return run('npm', [...args], { cwd, env });
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
