/**
 * Schemathesis, which is not ours, reads the OpenAPI document of the running service and makes calls of it, good ones and bad
 * ones. No answer may be a failure of the service, and none may be other than the document says.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type House, openHouse } from './house.ts';
import { makeLiveMeter, meterAccess, upload } from './meter.ts';

const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'unsupported_method',
  'ignored_auth',
];
/** Calls of each operation and phase. More find little that these do not, and CI has minutes. */
const examples = process.env.METERHOUSE_FUZZ_EXAMPLES ?? '10';
const program = process.env.SCHEMATHESIS ?? 'schemathesis';
const missing = spawnSync(program, ['--version']).status !== 0;

const wanted =
  missing && 'needs schemathesis (pip install schemathesis==4.32.5) on the PATH or named by SCHEMATHESIS';

describe('whatever is sent', { skip: wanted }, () => {
  let house: House;
  /** By who calls. A meter reaches its own uploads alone; everything else must refuse it as described. */
  const bearers: Record<string, () => Promise<string>> = {
    'an administrator': async () => house.a.access.administrator,
    'an operator': async () => house.exchange(house.operatorToken),
    // One of its own: the administrator's calls may delete any other.
    'a meter': async () => meterAccess(house, await makeLiveMeter(house, house.a)),
  };
  const folder = mkdtempSync(join(tmpdir(), 'meterhouse-fuzz-'));
  before(async () => {
    house = await openHouse({
      logLevel: 'error',
      flags: ['--failures-per-address', '1000000', '--failures-per-token', '1000000'],
    });
    const meter = await makeLiveMeter(house, house.a, '88531d1c-296e-4b47-8431-c0e8182148e7', {});
    await upload(house, meter, house.a.access.reporter);
  });
  after(async () => {
    await house?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [who, bearerOf] of Object.entries(bearers))
    it(`by ${who}, is answered as the document says and never fails`, async () => {
      const { status, told } = await fuzz(house.url, await bearerOf(), folder);
      assert.equal(status, 0, `${told}\n${house.lines.join('')}`);
    });
});

/** Runs it to its end beside the service, which is in this process. */
async function fuzz(url: string, bearer: string, folder: string): Promise<{ status: number; told: string }> {
  const child = spawn(
    program,
    [
      'run',
      `${url}/openapi.json`,
      ...['--header', `Authorization: Bearer ${bearer}`],
      ...['--checks', checks.join(',')],
      ...['--phases', 'examples,coverage,fuzzing'],
      ...['--max-examples', examples],
      // Two threads of it now and then break the parser of Python 3.11 ("AST constructor recursion depth mismatch").
      ...['--workers', '1'],
      ...['--seed', '1'],
      ...['--suppress-health-check', 'all'],
      ...['--warnings', 'off'],
      ...['--generation-database', 'none'],
      ...['--request-timeout', '20'],
      '--no-color',
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let told = '';
  child.stdout.on('data', (piece) => {
    told += piece;
  });
  child.stderr.on('data', (piece) => {
    told += piece;
  });
  const status = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
  return { status, told };
}
