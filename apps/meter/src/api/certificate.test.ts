import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DAY_MS, givenCertificate, ownCertificate } from './certificate.ts';
import { isLoopback, parseListen } from './listen.ts';
import { makeCertificate } from './make-certificate.ts';

const NOW = Date.UTC(2023, 0, 15);

async function folder(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'api-certificate-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  return root;
}

test('a certificate is made once, names the machine, is for a server, and only its owner can read its key', async (t) => {
  const dir = join(await folder(t), 'meter');
  const made = await ownCertificate(dir, '127.0.0.1', NOW);
  assert.equal(made.made, true);
  const certificate = new X509Certificate(made.cert);
  assert.equal(certificate.checkHost('localhost'), 'localhost');
  for (const address of ['127.0.0.1', '::1']) assert.equal(certificate.checkIP(address), address);
  assert.equal(certificate.checkHost('elsewhere.example'), undefined);
  assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
  assert.equal(certificate.ca, false);
  assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1']);
  assert.equal(made.endsAt, NOW + 397 * DAY_MS);
  assert.equal(statSync(join(dir, 'api-certificate.pem')).mode & 0o777, 0o600);
  const kept = await ownCertificate(dir, '127.0.0.1', NOW + 300 * DAY_MS);
  assert.deepEqual([kept.made, kept.fingerprint, kept.key], [false, made.fingerprint, made.key]);
});

test('it is made anew 30 days before it ends, for an address that it does not name, and when its file is no pair', async (t) => {
  const dir = await folder(t);
  const first = await ownCertificate(dir, '127.0.0.1', NOW);
  const renewed = await ownCertificate(dir, '127.0.0.1', first.endsAt - 30 * DAY_MS);
  assert.equal(renewed.made, true);
  assert.notEqual(renewed.fingerprint, first.fingerprint);
  const moved = await ownCertificate(dir, '192.0.2.7', NOW);
  assert.equal(new X509Certificate(moved.cert).checkIP('192.0.2.7'), '192.0.2.7');
  assert.equal((await ownCertificate(dir, '192.0.2.7', NOW)).made, false);
  const other = await makeCertificate(['localhost'], NOW);
  for (const damaged of ['', 'nonsense', moved.cert, moved.cert + other.key]) {
    writeFileSync(join(dir, 'api-certificate.pem'), damaged);
    assert.equal((await ownCertificate(dir, '192.0.2.7', NOW)).made, true);
  }
});

test('files that cannot be used are refused with every reason at once', async (t) => {
  const dir = await folder(t);
  const at = (name: string) => join(dir, name);
  const [one, two] = await Promise.all([makeCertificate(['a'], NOW), makeCertificate(['b'], NOW)]);
  for (const [name, text] of Object.entries({ cert: one.cert, key: one.key, other: two.key, junk: 'junk' }))
    writeFileSync(at(name), text);
  const faultsOf = (certFile: string, keyFile: string) =>
    givenCertificate({ certFile: at(certFile), keyFile: at(keyFile) }).then(
      () => [],
      (error: { faults: string[] }) => error.faults.map((fault) => fault.replaceAll(`${dir}/`, '')),
    );
  assert.deepEqual(await faultsOf('cert', 'key'), []);
  assert.deepEqual(await faultsOf('cert', 'other'), [
    'The key in other is not the one of the certificate in cert.',
  ]);
  assert.deepEqual(await faultsOf('missing', 'gone'), [
    "The API's certificate missing cannot be read (ENOENT).",
    "The API's key gone cannot be read (ENOENT).",
  ]);
  assert.deepEqual(await faultsOf('junk', 'junk'), [
    'junk holds no certificate in PEM.',
    'junk holds no private key in PEM, or one with a passphrase, which the API cannot ask for.',
  ]);
});

test('addresses to listen at are host and port; what is loopback is known in each of its spellings', () => {
  assert.deepEqual(parseListen('[::1]:8443'), { host: '::1', port: 8443 });
  assert.deepEqual(parseListen('meter.example:0'), { host: 'meter.example', port: 0 });
  for (const bad of [
    '8443',
    ':8443',
    '127.0.0.1',
    '127.0.0.1:65536',
    '::1:8443',
    '[1.2.3.4]:1',
    'a b:1',
    'a:1x',
  ])
    assert.equal(parseListen(bad), undefined, bad);
  for (const own of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) assert.ok(isLoopback(own), own);
  for (const other of ['10.0.0.1', '::2', '::ffff:10.0.0.1', '', 'localhost'])
    assert.ok(!isLoopback(other), other);
});
