import assert from 'node:assert/strict';
import { test } from 'node:test';
import { libvirtAddressFaults } from './index.ts';

test('takes the URIs by which hosts are reached', () => {
  for (const address of [
    'qemu:///system',
    'qemu:///session',
    'qemu+unix:///system?socket=/run/libvirt/libvirt-sock-ro',
    'qemu+ssh://meter@host.example/system',
    'qemu+ssh://meter@[2001:db8::1]:2222/system?keyfile=/etc/meterhouse/id_ed25519',
    'qemu+tls://host.example/system?pkipath=/etc/meterhouse/pki',
    'lxc:///system',
    'test:///default',
  ])
    assert.deepEqual(libvirtAddressFaults(address), [], address);
});

test('refuses a URI that could start a program, switch checks off, or be read as an option', () => {
  const refused: readonly (readonly [string, RegExp])[] = [
    ['', /1 to 2000 characters/],
    ['-c', /begins with "-"/],
    ['--help', /begins with "-"/],
    ['qemu:///system list', /spaces/],
    ['qemu:///system\n', /control characters/],
    ['host.example', /no connection URI/],
    ['qemu+ext:///system?command=/tmp/x', /"ext".*"command"/s],
    ['qemu+ssh://h/system?command=/tmp/x', /"command": it names a program/],
    ['qemu+ssh://h/system?keyfile=k&%63ommand=/tmp/x', /"command": it names a program/],
    ['qemu+ssh://h/system?keyfile=k;command=/tmp/x', /"command": it names a program/],
    ['qemu+ssh://h/system?COMMAND=/tmp/x', /"command": it names a program/],
    ['qemu+ssh://h/system?netcat=/tmp/x', /"netcat"/],
    ['qemu+tls://h/system?no_verify=1', /"no_verify": it switches the check/],
    ['qemu+libssh2://h/system?known_hosts_verify=ignore', /"known_hosts_verify"/],
    ['qemu+tcp://h/system', /"tcp"/],
    ['qemu+ssh://-oProxyCommand=x/system', /begins with "-"/],
    ['qemu+ssh://%2DoProxyCommand=x/system', /begins with "-"/],
    ['qemu+ssh://-l@h/system', /begins with "-"/],
    ['qemu+ssh://meter:hunter2@h/system', /holds a password/],
    ['qemu+ssh://%zz/system', /hexadecimal/],
  ];
  for (const [address, why] of refused) assert.match(libvirtAddressFaults(address).join('; '), why, address);
});

test('tells every fault of a URI at once, and no password', () => {
  const faults = libvirtAddressFaults('qemu+tcp://meter:hunter2@h/system?no_verify=1&command=x');
  assert.equal(faults.length, 4);
  assert.doesNotMatch(faults.join(), /hunter2/);
});
