import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressForVirsh, isPrivate, isRemote } from './address.ts';

test('lets ssh ask nobody', () => {
  assert.equal(addressForVirsh('qemu+ssh://h/system'), 'qemu+ssh://h/system?no_tty=1');
  assert.equal(addressForVirsh('qemu+ssh://h/system?keyfile=k'), 'qemu+ssh://h/system?keyfile=k&no_tty=1');
  assert.equal(addressForVirsh('qemu+ssh://h/system?no_tty=0'), 'qemu+ssh://h/system?no_tty=0');
  assert.equal(addressForVirsh('qemu:///system'), 'qemu:///system');
});

test('knows whose clock the times are by', () => {
  assert.equal(isRemote('qemu+ssh://h/system'), true);
  assert.equal(isRemote('qemu://h/system'), true);
  assert.equal(isRemote('qemu:///system?socket=/x'), false);
  assert.equal(isPrivate('test:///default'), true);
  assert.equal(isPrivate('test+unix:///default'), false);
});
