import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { parseEventLine } from './event-line.ts';
import { onLine } from './lines.ts';

const stamp = '2026-01-31 12:00:00.250+0000: ';
const at = Date.UTC(2026, 0, 31, 12, 0, 0, 250);

test('reads what happened to which domain, and when', () => {
  const of = (text: string) => parseEventLine(stamp + text);
  assert.deepEqual(of("event 'lifecycle' for domain 'web 1': Started Booted"), {
    at,
    name: 'web 1',
    what: 'power',
    power: 'on',
  });
  // Paused, it keeps its memory and its place on the host.
  assert.deepEqual(of("event 'lifecycle' for domain 'a': Suspended I/O Error")?.power, 'on');
  assert.deepEqual(of("event 'lifecycle' for domain 'a': PMSuspended Disk")?.power, 'on');
  assert.deepEqual(of("event 'lifecycle' for domain 'a': Resumed Unpaused")?.power, 'on');
  assert.deepEqual(of("event 'lifecycle' for domain 'a': Stopped Destroyed")?.power, 'off');
  assert.deepEqual(of("event 'lifecycle' for domain 'a': Crashed Panicked")?.power, 'off');
  assert.deepEqual(of("event 'lifecycle' for domain 'a': Defined Added"), { at, name: 'a', what: 'defined' });
  assert.deepEqual(of("event 'lifecycle' for domain 'a': Undefined Removed"), {
    at,
    name: 'a',
    what: 'undefined',
  });
  assert.deepEqual(of("event 'lifecycle' for domain 'a': Undefined Renamed"), {
    at,
    name: 'a',
    what: 'renamed',
  });
});

test('reads the lines of versions that wrote no quotes', () => {
  assert.deepEqual(parseEventLine(`${stamp}event 'lifecycle' for domain web: Stopped Shutdown`)?.name, 'web');
});

test('is not led astray by a domain that is named like an event', () => {
  const name = "x': Started\r\u2028Booted' for domain 'y";
  const event = parseEventLine(`${stamp}event 'lifecycle' for domain '${name}': Stopped Destroyed`);
  assert.deepEqual(event, { at, name, what: 'power', power: 'off' });
});

test('passes over what says nothing of a life', () => {
  for (const text of [
    "event 'lifecycle' for domain 'a': Shutdown Finished after guest request",
    "event 'rtc-change' for domain 'a': 0",
    "event 'agent-lifecycle' for domain 'a': state: 'connected' reason: 'domain started'",
    "event 'lifecycle' for domain 'a': Exploded Twice",
    '',
  ])
    assert.equal(parseEventLine(stamp + text), undefined, text);
  assert.equal(
    parseEventLine("2026-99-31 12:00:00.250+0000: event 'lifecycle' for domain 'a': Started Booted"),
    undefined,
  );
});

test('splits at line feeds alone, wherever the chunks break', () => {
  const stream = new PassThrough();
  const lines: string[] = [];
  onLine(stream, (line) => lines.push(line));
  const bytes = Buffer.from('one\rstill one\nzwölf\u2028still\n');
  for (const byte of bytes) stream.write(Buffer.of(byte));
  assert.deepEqual(lines, ['one\rstill one', 'zwölf\u2028still']);
});
