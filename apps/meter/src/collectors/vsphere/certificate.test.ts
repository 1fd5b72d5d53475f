import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFaultyProxy } from '../../../test/peers/faulty-proxy.ts';
import { readCertificate } from './index.ts';

test('a certificate is told with why nobody has to trust it yet, or without when its authority is trusted', async (t) => {
  const server = await startFaultyProxy(t, { url: 'https://127.0.0.1:1' });
  const { address, port, fingerprint, certFile } = server;
  const shown = await readCertificate(address, port);
  assert.equal(shown.fingerprint, fingerprint);
  assert.match(shown.subject, /CN=vcenter/);
  assert.ok(shown.validFrom < Date.now() && shown.validTo > Date.now());
  assert.equal(shown.doubt, 'DEPTH_ZERO_SELF_SIGNED_CERT');
  assert.equal((await readCertificate(address, port, certFile)).doubt, undefined);
  await assert.rejects(readCertificate(address, port, '/no/such.pem'), { code: 'certificate-not-trusted' });
  await server.close();
  await assert.rejects(readCertificate(address, port), { code: 'connection-refused' });
});
