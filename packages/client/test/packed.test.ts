import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { packageOf } from '../../../apps/service/src/intake/testing.ts';
import { type House, openHouse } from '../../../apps/service/test/house.ts';
import { type LiveMeter, makeLiveMeter } from '../../../apps/service/test/meter.ts';
import {
  examples,
  type PackedProject,
  packedProject,
  readme,
  root,
  runtimes,
  snippetsOf,
} from './packed-project.ts';
import { renewed } from './renewed.ts';

const run = promisify(execFile);
const machines = await runtimes();
const month = '2023-03';

describe('the packed client, installed in an empty project, against the real service', () => {
  let project: PackedProject;
  let house: House;
  let meter: LiveMeter;
  let packageFile: string;

  before(async () => {
    [project, house] = await Promise.all([packedProject(), openHouse()]);
    meter = await makeLiveMeter(house, house.a);
    const { file } = await packageOf(house.database, meter);
    packageFile = join(project.folder, 'package.mhu');
    writeFileSync(packageFile, file);
    const sources = readdirSync(examples).map((name) => [name, readFileSync(join(examples, name), 'utf8')]);
    const snippets = snippetsOf(readme).map((text, place) => [
      `snippet-${place}.ts`,
      text.replaceAll('https://meterhouse.example', house.url),
    ]);
    await project.compile(Object.fromEntries([...sources, ...snippets]), 'node');
  });
  after(async () => {
    await house?.close();
    project?.[Symbol.dispose]();
  });

  const environment = () => ({
    PATH: process.env.PATH,
    METERHOUSE_SERVER: house.url,
    METERHOUSE_TOKEN: house.a.apiTokens.administrator,
  });
  const execute = (program: string, ...args: string[]) =>
    run(program, args, { cwd: project.folder, env: environment() });

  it('holds what is needed and nothing else', () => {
    assert.deepEqual(
      project.packed.filter((path) => !/^dist\/.+\.(js|d\.ts)$/.test(path)),
      ['LICENSE', 'README.md', 'package.json'],
    );
    for (const entry of ['dist/index.js', 'dist/index.d.ts', 'dist/node/index.js', 'dist/node/index.d.ts'])
      assert.ok(project.packed.includes(entry), entry);
    const installed = readdirSync(join(project.folder, 'node_modules')).filter(
      (name) => !name.startsWith('.'),
    );
    assert.deepEqual(installed.filter((name) => name !== '@types' && name !== 'undici-types').sort(), [
      '@meterhouse',
      '@noble',
    ]);
  });

  it('has types that a page without the types of Node can use', async () => {
    const source = `import { createClient, type Meter } from '@meterhouse/client';
      const client = createClient({ url: location.origin, accessToken: 'x' });
      export const meters: Promise<Pick<Meter, 'label'>[]> = client.meters.list().toArray();
      // @ts-expect-error a label is a text
      export const wrong: Promise<{ label: number }[]> = client.meters.list().toArray();`;
    await project.compile({ 'page.ts': source }, 'browser');
  });

  it('has the examples as they are in examples/sdk', () => {
    assert.deepEqual(readdirSync(examples).sort(), [
      'download-month.ts',
      'register-meter.ts',
      'send-packages.ts',
    ]);
  });

  for (const { program, version } of machines) {
    it(`registers, sends and downloads by the examples on Node ${version}`, async () => {
      const agentId = randomUUID();
      const register = () => execute(program, 'register-meter.js', agentId, 'from an example', '1012345');
      assert.deepEqual(JSON.parse((await register()).stdout), {
        state: 'registered',
        contractNumber: '1012345',
        changed: true,
      });
      assert.equal(JSON.parse((await register()).stdout).changed, false);
      const refused = await execute(program, 'register-meter.js', agentId, 'x', 'no-such').catch(
        (error) => error,
      );
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /invalid-request.*\n.*\/contractNumber: /);

      const sent = await execute(program, 'send-packages.js', meter.agentId, packageFile);
      assert.match(sent.stdout, /^(taken|known): \d+ counted/);
      assert.match(
        (await execute(program, 'send-packages.js', meter.agentId, packageFile)).stdout,
        /^known: /,
      );
      await renewed(house, meter.agentId);

      const folder = join(project.folder, `reports-${version}`);
      await execute(program, 'download-month.js', month, folder);
      const files = readdirSync(folder);
      assert.equal(files.length, 5);
      const mur = files.find((name) => name.startsWith('MONTHLY_USAGE'))!;
      assert.match(gunzipSync(readFileSync(join(folder, mur))).toString(), /^Product\tUnit of Measure\t/);
      assert.equal((await execute(program, 'download-month.js', month, folder)).stdout, '');
    });

    it(`runs the snippets of the README on Node ${version}`, async () => {
      const [list, reports, meters, sites, request] = snippetsOf(readme).map(
        (_, place) => `snippet-${place}.js`,
      );
      assert.match((await execute(program, list!)).stdout, new RegExp(meter.agentId));
      const folder = join(project.folder, `snippet-${version}`);
      mkdirSync(folder);
      // Modules are looked for beside the file, so it runs from where it is, in the folder to write to.
      const { stdout } = await run(program, [join(project.folder, reports!)], {
        cwd: folder,
        env: environment(),
      });
      assert.match(stdout, /Product\tUnit of Measure/);
      assert.equal(readdirSync(folder).length, 5);
      assert.match((await execute(program, meters!)).stdout, /^registered (true|false)\n/);
      assert.equal((await execute(program, sites!)).stdout, 'Site A\n');
      assert.equal((await execute(program, request!)).stdout, '1012345\n');
    });
  }

  it('ran on the oldest Node that it names', (t) => {
    if (machines.some(({ version }) => version.startsWith('v20.'))) return;
    t.skip(`needs Node 20 on the PATH; ran on ${machines.map(({ version }) => version).join(', ')}`);
  });

  it('is what the workspace says it is', () => {
    const own = JSON.parse(readFileSync(join(root, 'packages/client/package.json'), 'utf8'));
    const installed = JSON.parse(
      readFileSync(join(project.folder, 'node_modules/@meterhouse/client/package.json'), 'utf8'),
    );
    assert.equal(installed.version, own.version);
    assert.deepEqual(installed.dependencies, own.dependencies);
    assert.equal(installed.private, undefined);
  });
});
