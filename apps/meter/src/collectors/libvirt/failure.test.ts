import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf, startFailure } from './failure.ts';

/** As virsh 9.0.0 and OpenSSH 9.2 wrote them. */
const SAID: readonly (readonly [string, string, boolean])[] = [
  ["error: unable to connect to server at '127.0.0.1:1': Connection refused", 'connection-refused', false],
  [
    "error: Failed to connect socket to '/run/libvirt/libvirt-sock-ro': No such file or directory",
    'connection-refused',
    false,
  ],
  [
    "error: Failed to connect socket to '/run/libvirt/libvirt-sock-ro': Permission denied",
    'rights-missing',
    true,
  ],
  [
    'error: Cannot recv data: ssh: connect to host 127.0.0.1 port 2223: Connection refused: Connection reset by peer',
    'connection-refused',
    false,
  ],
  [
    'error: End of file while reading data: nc: /run/x: No such file or directory: Input/output error',
    'connection-refused',
    false,
  ],
  [
    'error: Cannot recv data: ssh: Could not resolve hostname nosuch.invalid: Name or service not known: Connection reset by peer',
    'name-not-found',
    false,
  ],
  [
    'error: Cannot recv data: Host key verification failed.: Connection reset by peer',
    'certificate-not-trusted',
    true,
  ],
  [
    'error: Cannot recv data: @@@@@@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n@@@@@@@@\nHost key verification failed.',
    'certificate-changed',
    true,
  ],
  [
    "error: Cannot read CA certificate '/etc/pki/CA/cacert.pem': No such file or directory",
    'certificate-not-trusted',
    true,
  ],
  [
    'error: Cannot recv data: root@127.0.0.1: Permission denied (publickey,keyboard-interactive).: Connection reset by peer',
    'login-refused',
    true,
  ],
  ['error: authentication failed: authentication failed', 'login-refused', true],
  ['error: Disconnected from qemu:///system due to keepalive timeout', 'connection-lost', false],
  ['error: internal error: client socket is closed', 'connection-lost', false],
  ['error: something that nobody has seen', 'internal', false],
];

test('tells what virsh said by a code, and whether a person is needed', () => {
  for (const [said, code, needsPerson] of SAID) {
    const failure = failureOf(
      'connecting',
      `error: failed to connect to the hypervisor\n${said}\n`,
      'internal',
    );
    assert.deepEqual([failure.code, failure.needsPerson], [code, needsPerson], said);
    assert.match(failure.message, /^connecting: [^\n]+$/);
    assert.doesNotMatch(failure.message, /failed to connect to the hypervisor|@@@/);
  }
});

test('says a thing once and not for ever', () => {
  const { message } = failureOf('connecting', `error: same\nerror: same\n${'x'.repeat(5000)}`, 'internal');
  assert.match(message, /^connecting: same; x{300,400}$/);
});

test('a program that cannot be started needs a person', () => {
  const absent = startFailure('virsh', Object.assign(new Error('spawn virsh ENOENT'), { code: 'ENOENT' }));
  assert.deepEqual([absent.code, absent.needsPerson], ['internal', true]);
  assert.match(absent.message, /install it/);
});
