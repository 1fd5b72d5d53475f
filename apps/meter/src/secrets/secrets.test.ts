import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { CollectorFailure } from '../inventory/index.ts';
import { openSecrets, type SecretOwner } from './index.ts';
import { seal, sealingKey, unseal } from './sealed.ts';

const VC1: SecretOwner = { name: 'vc-1', type: 'vCenter', address: 'vc1.example', port: 443, user: 'meter' };
const SECRET = 'hunter2 ünd 🔑';

async function folder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'secrets-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}
const key = (fill: number) => `${Buffer.alloc(32, fill).toString('base64url')}\n`;
const missing = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof CollectorFailure);
  assert.equal(error.code, 'password-missing');
  assert.equal(error.needsPerson, true);
  assert.match(error.message, pattern);
  assert.ok(!error.message.includes('hunter2'));
  return true;
};

test('a password is there again after a start, sealed, and only its owner can read the files', async (t) => {
  const dir = await folder(t);
  await (await openSecrets(dir, {})).setPassword(VC1, SECRET);
  assert.equal(await (await openSecrets(dir, {})).passwordOf(VC1), SECRET);
  for (const file of await readdir(dir)) {
    assert.equal((await stat(join(dir, file))).mode & 0o777, 0o600, file);
    assert.ok(!(await readFile(join(dir, file), 'utf8')).includes('hunter2'), file);
  }
});

test('what a command gives beside a running meter is there for it at once, and neither takes away what the other gave', async (t) => {
  const dir = await folder(t);
  const running = await openSecrets(dir, {});
  const command = await openSecrets(dir, {});
  await assert.rejects(running.passwordOf(VC1), missing(/no password for vc-1/));
  await command.setPassword(VC1, SECRET);
  assert.equal(await running.passwordOf(VC1), SECRET);
  await running.setPassword({ ...VC1, name: 'vc-2' }, 'another');
  await command.setApiPassword('admin', 'a long password');
  assert.equal(await running.verifyApiPassword('admin', 'a long password'), true);
  await command.rotateKey();
  assert.equal(await running.passwordOf(VC1), SECRET, 'sealed with the new key');
  await running.setPassword({ ...VC1, name: 'vc-3' }, 'third');
  assert.equal(await (await openSecrets(dir, {})).passwordOf({ ...VC1, name: 'vc-3' }), 'third');
  await writeFile(join(dir, 'secrets.json'), 'torn');
  await assert.rejects(running.passwordOf(VC1), missing(/not as the meter wrote it/));
});

test('another host, port, user or type makes the password unusable, and it is asked for again', async (t) => {
  const secrets = await openSecrets(await folder(t), {});
  await secrets.setPassword(VC1, SECRET);
  for (const [change, told] of [
    [{ address: 'evil.example' }, /given for another address, .*products password vc-1/],
    [{ port: 8443 }, /another port/],
    [{ user: 'root' }, /another user/],
    [{ type: 'libvirt' }, /another type/],
    [{ user: 'root', port: 1 }, /another port and user/],
  ] as const)
    await assert.rejects(secrets.passwordOf({ ...VC1, ...change }), missing(told));
  await assert.rejects(secrets.passwordOf({ ...VC1, name: 'vc-2' }), missing(/no password for vc-2/));
  assert.equal(await secrets.passwordOf(VC1), SECRET, 'and it still opens for the one it was given for');
});

test('a password that was moved to another product within the file does not open there', async (t) => {
  const dir = await folder(t);
  await (await openSecrets(dir, {})).setPassword(VC1, SECRET);
  const path = join(dir, 'secrets.json');
  const file = JSON.parse(await readFile(path, 'utf8'));
  const evil = { ...file.passwords['vc-1'], address: 'evil.example' };
  await writeFile(
    path,
    JSON.stringify({ ...file, passwords: { 'vc-1': evil, 'vc-2': file.passwords['vc-1'] } }),
  );
  const secrets = await openSecrets(dir, {});
  await assert.rejects(secrets.passwordOf({ ...VC1, address: 'evil.example' }), missing(/was changed/));
  await assert.rejects(secrets.passwordOf({ ...VC1, name: 'vc-2' }), missing(/was changed/));
});

test('libvirt without a password has an empty one', async (t) => {
  const secrets = await openSecrets(await folder(t), {});
  assert.equal(await secrets.passwordOf({ ...VC1, type: 'libvirt' }), '');
});

test('the environment, a file it names or a credential of systemd wins over what is kept, and is not kept', async (t) => {
  const dir = await folder(t);
  const credentials = await folder(t);
  await (await openSecrets(dir, {})).setPassword(VC1, 'kept');
  const before = await readFile(join(dir, 'secrets.json'), 'utf8');
  await writeFile(join(credentials, 'password-vc-1'), 'credential\n');
  const file = join(credentials, 'file');
  await writeFile(file, ' file \r\n');
  const given = async (environment: Record<string, string>) =>
    (await openSecrets(dir, environment)).passwordOf(VC1);
  assert.equal(await given({ CREDENTIALS_DIRECTORY: credentials }), 'credential');
  const named = { CREDENTIALS_DIRECTORY: credentials, METERHOUSE_METER_PASSWORD_FILE_VC_1: file };
  assert.equal(await given(named), ' file ');
  assert.equal(await given({ ...named, METERHOUSE_METER_PASSWORD_VC_1: 'variable' }), 'variable');
  await assert.rejects(
    given({ METERHOUSE_METER_PASSWORD_FILE_VC_1: '/none' }),
    missing(/ENOENT.*names \/none/),
  );
  assert.equal(await readFile(join(dir, 'secrets.json'), 'utf8'), before);
});

test('the key is taken from the file that is named, else from systemd, else from beside', async (t) => {
  const dir = await folder(t);
  const elsewhere = await folder(t);
  const credentials = await folder(t);
  await writeFile(join(elsewhere, 'key'), key(1));
  const named = { METERHOUSE_METER_KEY_FILE: join(elsewhere, 'key'), CREDENTIALS_DIRECTORY: credentials };
  await (await openSecrets(dir, named)).setPassword(VC1, SECRET);
  assert.ok(!(await readdir(dir)).includes('meter.key'));
  await assert.rejects(openSecrets(dir, {}), { code: 'secrets-key-missing' });
  await writeFile(join(credentials, 'meter-key'), key(1));
  const secrets = await openSecrets(dir, { CREDENTIALS_DIRECTORY: credentials });
  assert.equal(secrets.keySource.kind, 'credential');
  assert.equal(await secrets.passwordOf(VC1), SECRET);
  await writeFile(join(credentials, 'meter-key'), key(2));
  await assert.rejects(openSecrets(dir, { CREDENTIALS_DIRECTORY: credentials }), {
    code: 'secrets-key-wrong',
  });
  await writeFile(join(elsewhere, 'key'), 'short');
  await assert.rejects(openSecrets(dir, named), { code: 'key-damaged' });
  await assert.rejects(openSecrets(await folder(t), { METERHOUSE_METER_KEY_FILE: '/none' }), {
    code: 'secrets-key-missing',
  });
});

test('a damaged file is refused and left as it is', async (t) => {
  for (const text of ['', '{', '[]', '{"version":2}', '{"version":1,"key":"x","passwords":null}']) {
    const dir = await folder(t);
    await writeFile(join(dir, 'secrets.json'), text);
    await assert.rejects(openSecrets(dir, {}), { code: 'secrets-damaged' }, text);
    assert.equal(await readFile(join(dir, 'secrets.json'), 'utf8'), text);
  }
});

test('a password is forgotten; a name that objects have by themselves has none', async (t) => {
  const secrets = await openSecrets(await folder(t), {});
  await secrets.setPassword(VC1, SECRET);
  assert.equal(await secrets.remove('vc-1'), true);
  assert.equal(await secrets.remove('vc-1'), false);
  assert.equal(await secrets.remove('constructor'), false);
  await assert.rejects(secrets.passwordOf(VC1), missing(/no password/));
  await assert.rejects(secrets.passwordOf({ ...VC1, name: 'constructor' }), missing(/no password/));
});

test('changes at once do not lose each other', async (t) => {
  const dir = await folder(t);
  const secrets = await openSecrets(dir, {});
  await Promise.all(
    Array.from({ length: 10 }, (_, at) => secrets.setPassword({ ...VC1, name: `p${at}` }, `s${at}`)),
  );
  const again = await openSecrets(dir, {});
  for (let at = 0; at < 10; at += 1)
    assert.equal(await again.passwordOf({ ...VC1, name: `p${at}` }), `s${at}`);
});

test('a new key opens everything, the old one nothing; another file can take over from beside', async (t) => {
  const dir = await folder(t);
  const secrets = await openSecrets(dir, {});
  await secrets.setPassword(VC1, SECRET);
  await copyFile(join(dir, 'meter.key'), join(dir, 'old'));
  await secrets.rotateKey();
  assert.equal(await secrets.passwordOf(VC1), SECRET);
  assert.equal(await (await openSecrets(dir, {})).passwordOf(VC1), SECRET);
  await assert.rejects(openSecrets(dir, { METERHOUSE_METER_KEY_FILE: join(dir, 'old') }), {
    code: 'secrets-key-wrong',
  });
  const other = join(await folder(t), 'key');
  await writeFile(other, key(3));
  await secrets.rotateKey(other);
  const named = await openSecrets(dir, { METERHOUSE_METER_KEY_FILE: other });
  assert.equal(await named.passwordOf(VC1), SECRET);
  await assert.rejects(named.rotateKey(), { code: 'secrets-key-missing' });
});

test('a change of the key that is cut off at any step is ended by the next start', async (t) => {
  const dir = await folder(t);
  const secrets = await openSecrets(dir, {});
  await secrets.setPassword(VC1, SECRET);
  const at = (name: string) => join(dir, name);
  // Cut off before anything was sealed anew.
  await writeFile(at('meter.key.next'), key(9));
  assert.equal(await (await openSecrets(dir, {})).passwordOf(VC1), SECRET);
  assert.ok(!(await readdir(dir)).includes('meter.key.next'));
  // Cut off when all was sealed anew and the key not yet put in its place.
  await copyFile(at('meter.key'), at('old'));
  await (await openSecrets(dir, {})).rotateKey();
  await rename(at('meter.key'), at('meter.key.next'));
  await copyFile(at('old'), at('meter.key'));
  assert.equal(await (await openSecrets(dir, {})).passwordOf(VC1), SECRET);
  assert.deepEqual((await readdir(dir)).sort(), ['meter.key', 'old', 'secrets.json']);
});

test('a key is not changed while a password does not open', async (t) => {
  const dir = await folder(t);
  await (await openSecrets(dir, {})).setPassword(VC1, SECRET);
  const path = join(dir, 'secrets.json');
  await writeFile(path, (await readFile(path, 'utf8')).replace('vc1.example', 'vc2.example'));
  const before = await readFile(path, 'utf8');
  await assert.rejects((await openSecrets(dir, {})).rotateKey(), { code: 'secrets-damaged' });
  assert.equal(await readFile(path, 'utf8'), before);
  await openSecrets(dir, {});
});

test("the API's password is kept as a hash and checked by it", async (t) => {
  const dir = await folder(t);
  const secrets = await openSecrets(dir, {});
  assert.equal(secrets.apiUser, undefined);
  assert.equal(await secrets.verifyApiPassword('usagemeter', ''), false);
  await secrets.setApiPassword('usagemeter', SECRET);
  const again = await openSecrets(dir, {});
  assert.equal(await again.verifyApiPassword('usagemeter', SECRET.normalize('NFD')), true);
  assert.equal(await again.verifyApiPassword('usagemeter', 'other'), false);
  assert.equal(await again.verifyApiPassword('root', SECRET), false);
  assert.match(await readFile(join(dir, 'secrets.json'), 'utf8'), /\$scrypt\$ln=15,r=8,p=3\$/);
});

test("the API's password can come from outside, and wins over the one that is kept", async (t) => {
  const dir = await folder(t);
  await (await openSecrets(dir, {})).setApiPassword('kept', 'one');
  const file = join(dir, 'api');
  await writeFile(file, 'two\n');
  const named = await openSecrets(dir, { METERHOUSE_METER_API_PASSWORD_FILE: file });
  assert.equal(named.apiUser, 'admin');
  assert.equal(await named.verifyApiPassword('admin', 'two'), true);
  assert.equal(await named.verifyApiPassword('kept', 'one'), false);
  const given = await openSecrets(dir, {
    METERHOUSE_METER_API_PASSWORD: 'three',
    METERHOUSE_METER_API_USER: 'me',
  });
  assert.equal(await given.verifyApiPassword('me', 'three'), true);
  await assert.rejects(openSecrets(dir, { METERHOUSE_METER_API_PASSWORD_FILE: '/none' }), {
    code: 'api-password-missing',
  });
});

test('what was sealed opens with its key and owner, and with no change of either or of itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.nat(), (secret, owner, place) => {
      const good = sealingKey(Buffer.alloc(32, 1));
      const text = seal(good, secret, owner);
      assert.equal(unseal(good, text, owner), secret);
      assert.equal(unseal(sealingKey(Buffer.alloc(32, 2)), text, owner), undefined);
      assert.equal(unseal(good, text, `${owner}x`), undefined);
      const bytes = Buffer.from(text.split('.')[2]!, 'base64url');
      bytes[place % bytes.length]! ^= 1;
      assert.equal(
        unseal(good, [...text.split('.').slice(0, 2), bytes.toString('base64url')].join('.'), owner),
        undefined,
      );
    }),
  );
  assert.equal(unseal(Buffer.alloc(32), 'v1.AA', ''), undefined);
});
