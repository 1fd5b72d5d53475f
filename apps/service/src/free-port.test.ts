import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { tryPort } from './free-port.ts';
import { readConfig } from './platform/config/index.ts';
import { silentLogger } from './platform/database/testing.ts';

import { createService } from './service.ts';

test('a port that is free is left free', async () => {
  await tryPort({ host: '127.0.0.1', port: 0 });
});

test('where the port is taken, a first start says so and makes nothing', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), 'meterhouse-port-'));
  try {
    const data = join(folder, 'data');
    const config = readConfig(['--data', data, '--listen', `127.0.0.1:${port}`], {});
    await assert.rejects(createService(config, { logger: silentLogger }), { code: 'EADDRINUSE', port });
    assert.equal(existsSync(data), false);
  } finally {
    other.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
