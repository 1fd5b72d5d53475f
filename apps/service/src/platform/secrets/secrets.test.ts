import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createSecrets, parseMasterKey, readMasterKey } from './index.ts';

const directory = mkdtempSync(join(tmpdir(), 'meterhouse-secrets-'));
after(() => rmSync(directory, { recursive: true }));

test('what is sealed opens under the same context and key, and looks different each time', () => {
  const secrets = createSecrets(randomBytes(32));
  const plain = Buffer.from('{"d":"private"}');
  const sealed = secrets.seal('signing key 1', plain);
  assert.deepEqual(secrets.open('signing key 1', sealed), plain);
  assert.notDeepEqual(secrets.seal('signing key 1', plain), sealed);
  assert.equal(Buffer.from(sealed).includes('private'), false);
  assert.equal(secrets.open('empty', secrets.seal('empty', new Uint8Array())).length, 0);
});

test('another context, another key, and any changed byte do not open', () => {
  const secrets = createSecrets(randomBytes(32));
  const sealed = secrets.seal('signing key 1', Buffer.from('private'));
  assert.throws(() => secrets.open('signing key 2', sealed), /does not open/);
  assert.throws(() => createSecrets(randomBytes(32)).open('signing key 1', sealed), /does not open/);
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Uint8Array.from(sealed);
    changed[at]! ^= 1;
    assert.throws(() => secrets.open('signing key 1', changed));
  }
  for (let length = 0; length < sealed.length; length += 1) {
    assert.throws(() => secrets.open('signing key 1', sealed.subarray(0, length)));
  }
});

test('the master key is made once, for its owner alone, and is the same ever after', () => {
  const path = join(directory, 'master-key');
  const key = readMasterKey({ path, create: true });
  assert.equal(key.length, 32);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readMasterKey({ path, create: true }), key);
  assert.deepEqual(readMasterKey({ path, create: false }), key);
  assert.deepEqual(readdirSync(directory), ['master-key']);
});

test('a master key that others can read, that is missing or that is something else is refused', () => {
  const open = join(directory, 'open');
  writeFileSync(open, randomBytes(32).toString('base64url'), { mode: 0o600 });
  chmodSync(open, 0o640);
  assert.throws(() => readMasterKey({ path: open, create: true }), /can be read by others\. Run: chmod 600/);
  assert.throws(
    () => readMasterKey({ path: join(directory, 'none'), create: false }),
    /cannot be read \(ENOENT\)/,
  );
  for (const text of [
    '',
    'short',
    `${randomBytes(32).toString('base64url')}!`,
    randomBytes(33).toString('base64url'),
  ]) {
    assert.throws(
      () => parseMasterKey(text, 'METERHOUSE_MASTER_KEY'),
      /METERHOUSE_MASTER_KEY holds no master key/,
    );
  }
});
