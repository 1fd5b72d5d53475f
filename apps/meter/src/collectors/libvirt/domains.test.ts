import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInformation, parseList, parseStatistics } from './domains.ts';

const A = '00000000-0000-4000-8000-00000000000a';

test('keeps the blanks of a name', () => {
  assert.deepEqual([...parseList(`${A}  it's a 'name' \n\n`)], [[A, " it's a 'name' "]]);
});

test('reads the statistics that QEMU tells of a running and of a shut off domain', () => {
  const text = `Domain: 'one'
  state.state=1
  state.reason=1
  balloon.current=1048576
  balloon.maximum=2097152
  balloon.rss=300000
  vcpu.current=2
  vcpu.maximum=4
  vcpu.0.state=1
  vcpu.0.time=10

Domain: 'it's two'
  state.state=5
  state.reason=2
  balloon.current=524800
  balloon.maximum=524800
  vcpu.current=1
  vcpu.maximum=1

`;
  assert.deepEqual(
    [...parseStatistics(text)],
    [
      ['one', { power: 'on', memoryMib: 2048, vcpus: 2 }],
      ["it's two", { power: 'off', memoryMib: 513, vcpus: 1 }],
    ],
  );
});

test('maps every state: what keeps its memory on the host is on, paused or not', () => {
  const powers = [0, 1, 2, 3, 4, 5, 6, 7].map(
    (state) => parseStatistics(`Domain: 'a'\n  state.state=${state}\n`).get('a')?.power,
  );
  assert.deepEqual(powers, ['on', 'on', 'on', 'on', 'on', 'off', 'off', 'on']);
  const words = ['running', 'idle', 'paused', 'pmsuspended', 'in shutdown', 'shut off', 'crashed'].map(
    (state) =>
      parseInformation(`Id: 1\nUUID: ${A}\nState: ${state}\nCPU(s): 1\nMax memory: 1024 KiB\n`).get(A)?.power,
  );
  assert.deepEqual(words, ['on', 'on', 'on', 'on', 'on', 'off', 'off']);
});

test('reads memory without a limit as what is used', () => {
  const text = `Id:             1\nName:           a\rUUID:           b\rId:   5\nUUID:           ${A}\nState:          running\nCPU(s):         2\nMax memory:     no limit\nUsed memory:    1048576 KiB\n`;
  assert.deepEqual([...parseInformation(text)], [[A, { power: 'on', vcpus: 2, memoryMib: 1024 }]]);
});

test('says what it did not understand', () => {
  const code = 'answer-not-understood';
  assert.throws(() => parseList('<html>'), { code, message: /list --all.*<html>/ });
  assert.throws(() => parseList(`${A.toUpperCase()} a`), { code });
  assert.throws(() => parseStatistics("  state.state=1\nDomain: 'a'"), { code });
  assert.throws(() => parseStatistics("Domain: 'a'\n  vcpu.current=many"), { code, message: /many/ });
  assert.throws(() => parseStatistics('garbage'), { code });
  assert.throws(() => parseInformation(`Id:   -\nUUID:   ${A}\nState:   dancing\n`), {
    code,
    message: /dancing/,
  });
});

test('a container without a limit of memory leaves it to dominfo', () => {
  const told = parseStatistics("Domain: 'a'\n  state.state=1\n  balloon.maximum=9007199254740991\n");
  assert.deepEqual(told.get('a'), { power: 'on' });
});
