import { join } from 'node:path';
import { build, stop } from 'esbuild-wasm';

/** An entry of an installed package as one minified module for browsers. It fails when that needs anything of Node. */
export async function bundleOf(project: string, entry: string): Promise<string> {
  const result = await build({
    stdin: { contents: `export * from '${entry}';`, resolveDir: project },
    absWorkingDir: project,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    outfile: join(project, 'bundle.js'),
    logLevel: 'silent',
  }).finally(stop);
  return result.outputFiles[0]!.text;
}
