import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startService } from '../src/demo/service-process.ts';
import { meterhouse } from './meterhouse.ts';

test('a service takes the example provisioning file, and its token signs in', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'examples-'));
  const token = 'a-token-of-this-test-alone-0123456789';
  process.env.ACME_TOKEN = token;
  process.env.ACME_PASSWORD = 'a password of this test alone';
  const provision = fileURLToPath(new URL('../../../examples/provider.yaml', import.meta.url));
  const flags = ['--data', join(root, 'data'), '--listen', '127.0.0.1:0', '--provision', provision];
  const service = await startService(flags, join(root, 'service.log'));
  t.after(async () => {
    await service.stop();
    await rm(root, { recursive: true, force: true });
  });
  const ran = await meterhouse(['token'], { METERHOUSE_SERVER: service.url, METERHOUSE_TOKEN: token });
  assert.equal(ran.status, 0, ran.stderr);
});
