import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { bearer, type IntakeHouse, packageOf, type TestMeter, withIntake } from './testing.ts';

/** An upload over a real connection. */
function connect(house: IntakeHouse, meter: TestMeter, headers: Record<string, string | number>) {
  const { port } = house.app.server.address() as AddressInfo;
  const caller = { organisationId: meter.organisationId, role: 'reporter' as const, actor: 'token:test' };
  const upload = request({
    port,
    method: 'POST',
    path: `/usage/api/v1/agents/${meter.agentId}/uploads`,
    headers: { authorization: bearer(caller), 'content-type': 'application/gzip', ...headers },
  });
  const answer = new Promise<{ status: number; body: { code?: string; faultCodes?: string[] } }>(
    (resolve, reject) => {
      upload.once('error', reject);
      upload.once('response', async (response) => {
        let body = '';
        for await (const piece of response) body += piece;
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(body) });
      });
    },
  );
  return { upload, answer };
}

async function leftBehind(house: IntakeHouse): Promise<readonly string[]> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if ((await readdir(join(house.folder, 'stage'))).length === 0) return [];
    await sleep(20);
  }
  return readdir(join(house.folder, 'stage'));
}

test('ten gigabytes are refused before one byte of them is read', async () => {
  await withIntake(async (house) => {
    await house.app.listen({ port: 0, host: '127.0.0.1' });
    const meter = await house.meter();
    const { upload, answer } = connect(house, meter, { 'content-length': 10 * 1024 ** 3 });
    upload.flushHeaders();
    assert.equal((await answer).status, 413);
    upload.destroy();
  });
});

test('a body without a length is stopped at the limit, and a client that goes on sending reads the answer', async () => {
  await withIntake(async (house) => {
    await house.app.listen({ port: 0, host: '127.0.0.1' });
    const meter = await house.meter();
    const { file } = await packageOf(house.database, meter);
    const { upload, answer } = connect(house, meter, { 'transfer-encoding': 'chunked' });
    upload.write(file);
    for (let sent = 0; sent < 20; sent += 1) upload.write(randomBytes(100_000));
    upload.end();
    assert.equal((await answer).status, 413);
    assert.deepEqual(await leftBehind(house), []);
  });
});

test('a body that stalls is cut, one that breaks off leaves nothing, and the package is taken afterwards', async () => {
  await withIntake(
    async (house) => {
      await house.app.listen({ port: 0, host: '127.0.0.1' });
      const meter = await house.meter();
      const { file } = await packageOf(house.database, meter);
      const slow = connect(house, meter, { 'content-length': file.length });
      slow.upload.write(file.subarray(0, file.length - 5));
      assert.equal((await slow.answer).status, 408);
      const short = connect(house, meter, { 'content-length': file.length });
      short.upload.write(file.subarray(0, file.length - 5));
      await sleep(100);
      short.upload.destroy();
      await assert.rejects(short.answer);
      assert.deepEqual(await leftBehind(house), []);
      assert.equal((await house.database.query('select 1 from uploads')).length, 0);
      const whole = connect(house, meter, { 'content-length': file.length });
      whole.upload.end(file);
      assert.equal((await whole.answer).status, 202);
    },
    { config: { uploadIdleTimeout: 1 } },
  );
});

test('bombs are refused by what comes out of them, in each member', async () => {
  await withIntake(
    async (house) => {
      const meter = await house.meter();
      const header = await house.send(meter, gzipSync(Buffer.alloc(64 * 1024 * 1024)));
      assert.deepEqual([header.statusCode, header.json().faultCodes], [422, ['too-large']]);
      const oneLine = await packageOf(house.database, meter, {
        lines: { vm: `${' '.repeat(80 * 1024 * 1024)}\n` },
      });
      const line = await house.send(meter, oneLine.file);
      assert.equal(line.statusCode, 422);
      assert.ok(
        line.json().faultCodes.some((code: string) => code === 'too-large' || code === 'line-too-long'),
        line.body,
      );
    },
    { config: { maxPackageSize: 64 * 1024 * 1024 } },
  );
});
