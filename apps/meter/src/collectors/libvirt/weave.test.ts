import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PowerState } from '@meterhouse/contract';
import type { MachineState } from '../../inventory/index.ts';
import type { Domain } from './domains.ts';
import type { DomainEvent } from './event-line.ts';
import { type Woven, weave } from './weave.ts';

const A = '00000000-0000-4000-8000-00000000000a';
const B = '00000000-0000-4000-8000-00000000000b';

const domain = (uuid: string, name: string, power: PowerState, more: Partial<Domain> = {}): Domain => ({
  uuid,
  name,
  power,
  vcpus: 1,
  memoryMib: 512,
  ...more,
});
const machineOf = (of: Domain): MachineState => ({
  ...of,
  id: of.uuid,
  reservationMib: 0,
  storageMib: 0,
  services: [],
  host: 'h',
  pool: undefined,
  folder: undefined,
});
const power = (seconds: number, name: string, to: PowerState): DomainEvent => ({
  at: seconds * 1000,
  name,
  what: 'power',
  power: to,
});
const event = (seconds: number, name: string, what: 'defined' | 'undefined' | 'renamed'): DomainEvent => ({
  at: seconds * 1000,
  name,
  what,
});

interface Case {
  known?: readonly Domain[];
  seen: readonly Domain[];
  events: readonly DomainEvent[];
  unsettled?: readonly string[];
  /** null: there are no events. */
  suspected?: readonly string[] | null;
}

/** A look at 110.4 s; everything up to 100 s has been told. */
function woven({
  known = [],
  seen,
  events,
  unsettled = [],
  suspected = [],
}: Case): Woven & { known: Map<string, MachineState> } {
  const before = new Map(known.map((of) => [of.uuid, machineOf(of)]));
  const look = { domains: new Map(seen.map((of) => [of.uuid, of])), unsettled: new Set(unsettled) };
  return {
    ...weave({
      known: before,
      look,
      lookedAt: 110_400,
      events,
      seenBefore: 100,
      machineOf,
      suspected: suspected === null ? undefined : new Set(suspected),
    }),
    known: before,
  };
}

const told = ({ changes }: Woven) =>
  changes.map((change) =>
    change.kind === 'machine'
      ? `${change.at} ${change.state.name} ${change.state.power} ${change.state.vcpus}`
      : `${change.at} ${change.kind}`,
  );

test('gives each change of power its second', () => {
  const result = woven({
    known: [domain(A, 'a', 'off')],
    seen: [domain(A, 'a', 'on')],
    events: [power(101.9, 'a', 'on'), power(103, 'a', 'off'), power(104, 'a', 'on')],
  });
  assert.deepEqual(told(result), ['101 a on 1', '103 a off 1', '104 a on 1']);
  assert.equal(result.untold, 0);
});

test('tells a flap that no look has seen', () => {
  const events = [power(102, 'a', 'off'), power(105, 'a', 'on')];
  assert.deepEqual(told(woven({ known: [domain(A, 'a', 'on')], seen: [domain(A, 'a', 'on')], events })), [
    '102 a off 1',
    '105 a on 1',
  ]);
});

test('leaves an event of the time of the look to the next, and does not believe the look of that domain', () => {
  for (const seen of ['on', 'off'] as const) {
    const later = power(110.5, 'a', 'off');
    const result = woven({ known: [domain(A, 'a', 'on')], seen: [domain(A, 'a', seen)], events: [later] });
    assert.deepEqual(told(result), []);
    assert.deepEqual(result.kept, [later]);
  }
});

test('waits once for the event of what a look found before it', () => {
  const known = [domain(A, 'a', 'on')];
  const seen = [domain(A, 'a', 'off')];
  const first = woven({ known, seen, events: [] });
  assert.deepEqual(told(first), []);
  assert.deepEqual([...first.suspected], [A]);
  const late = woven({ known, seen, events: [power(100.6, 'a', 'off')], suspected: [A] });
  assert.deepEqual([told(late), late.untold, late.suspected.size], [['100 a off 1'], 0, 0]);
  const never = woven({ known, seen, events: [], suspected: [A] });
  assert.deepEqual(
    [told(never), never.untold, never.suspected.size],
    [['100 a off 1'], 1, 0],
    'from the look that found it',
  );
});

test('waits the same way for domains that came and went', () => {
  const came = woven({ seen: [domain(A, 'a', 'on')], events: [] });
  assert.deepEqual([told(came), [...came.suspected]], [[], [A]]);
  assert.deepEqual(told(woven({ seen: [domain(A, 'a', 'on')], events: [], suspected: [A] })), ['100 a on 1']);
  const went = woven({ known: [domain(A, 'a', 'off')], seen: [], events: [] });
  assert.deepEqual([told(went), [...went.suspected], went.known.size], [[], [A], 1]);
  assert.deepEqual(told(woven({ known: [domain(A, 'a', 'off')], seen: [], events: [], suspected: [A] })), [
    '100 gone',
  ]);
});

test('counts from the look that found it where there are no events', () => {
  const result = woven({
    known: [domain(A, 'a', 'on')],
    seen: [domain(A, 'a', 'off'), domain(B, 'b', 'on')],
    events: [],
    suspected: null,
  });
  assert.deepEqual(told(result), ['110 a off 1', '110 b on 1']);
});

test('counts processors and memory from the look that found them', () => {
  const resized = woven({
    known: [domain(A, 'a', 'on')],
    seen: [domain(A, 'a', 'on', { vcpus: 4 })],
    events: [],
  });
  assert.deepEqual(told(resized), ['110 a on 4']);
  assert.equal(resized.untold, 0);
});

test('lets a changed definition hold from the start that took it up', () => {
  const result = woven({
    known: [domain(A, 'a', 'on')],
    seen: [domain(A, 'a', 'on', { vcpus: 4 })],
    events: [power(103, 'a', 'off'), power(106, 'a', 'on')],
  });
  assert.deepEqual(told(result), ['103 a off 1', '106 a on 4']);
});

test('makes and removes domains at their seconds', () => {
  const made = woven({
    seen: [domain(A, 'a', 'on')],
    events: [event(104, 'a', 'defined'), power(105, 'a', 'on')],
  });
  assert.deepEqual(told(made), ['104 a off 1', '105 a on 1']);
  const gone = woven({
    known: [domain(A, 'a', 'on')],
    seen: [],
    events: [power(104, 'a', 'off'), event(106, 'a', 'undefined')],
  });
  assert.deepEqual(told(gone), ['104 a off 1', '106 gone']);
  assert.equal(gone.known.size, 0);
});

test('a transient domain is made by its start and gone with its stop', () => {
  assert.deepEqual(told(woven({ seen: [domain(A, 'a', 'on')], events: [power(104, 'a', 'on')] })), [
    '104 a on 1',
  ]);
  const gone = woven({ known: [domain(A, 'a', 'on')], seen: [], events: [power(107, 'a', 'off')] });
  assert.deepEqual(told(gone), ['107 a off 1', '107 gone']);
  assert.equal(gone.untold, 0);
});

test('a domain that is undefined while it runs goes on until it stops', () => {
  const known = [domain(A, 'a', 'on')];
  assert.deepEqual(
    told(woven({ known, seen: [domain(A, 'a', 'on')], events: [event(103, 'a', 'undefined')] })),
    [],
  );
  const stopped = woven({ known, seen: [], events: [event(103, 'a', 'undefined'), power(108, 'a', 'off')] });
  assert.deepEqual(told(stopped), ['108 a off 1', '108 gone']);
});

test('tells two domains apart that had the same name one after the other', () => {
  const result = woven({
    known: [domain(A, 'a', 'on')],
    seen: [domain(B, 'a', 'on', { vcpus: 2 })],
    events: [
      power(102, 'a', 'off'),
      event(103, 'a', 'undefined'),
      event(105, 'a', 'defined'),
      power(106, 'a', 'on'),
    ],
  });
  assert.deepEqual(told(result), ['102 a off 1', '103 gone', '105 a off 2', '106 a on 2']);
  assert.deepEqual([...result.known.keys()], [B]);
});

test('tells them apart by the start of the second one, whatever it did after it', () => {
  // A pause and its end: all of them are `on`, and only the first one began a life.
  const result = woven({
    known: [domain(A, 'a', 'on')],
    seen: [domain(B, 'a', 'on', { vcpus: 2 })],
    events: [power(102, 'a', 'off'), power(106, 'a', 'on'), power(107, 'a', 'on'), power(108, 'a', 'on')],
  });
  assert.deepEqual(told(result), ['102 a off 1', '102 gone', '106 a on 2']);
  assert.deepEqual([...result.known.keys()], [B]);
});

test('a renamed domain is the same one under another name', () => {
  const result = woven({
    known: [domain(A, 'a', 'off')],
    seen: [domain(A, 'b', 'on')],
    events: [event(102, 'a', 'renamed'), event(102, 'b', 'renamed'), power(104, 'b', 'on')],
  });
  assert.deepEqual(told(result), ['104 b on 1']);
  assert.equal(result.known.get(A)?.name, 'b');
});

test('says which domain ran and went without its UUID ever being seen', () => {
  const result = woven({ seen: [], events: [power(102, 'x', 'on'), power(103, 'x', 'off')] });
  assert.deepEqual(result.missed, ['x']);
  assert.deepEqual(told(result), []);
});

test('waits for the next look with what changed while it looked', () => {
  const result = woven({
    known: [domain(A, 'a', 'off')],
    seen: [],
    events: [event(109, 'b', 'defined')],
    unsettled: [A, 'a', B, 'b'],
  });
  assert.deepEqual(told(result), []);
  assert.deepEqual(result.kept, [event(109, 'b', 'defined')]);
  assert.equal(result.known.size, 1);
});

test('never tells of a time that was told already', () => {
  const result = woven({
    known: [domain(A, 'a', 'on')],
    seen: [domain(A, 'a', 'off')],
    events: [power(99.9, 'a', 'off')],
  });
  assert.deepEqual(told(result), ['100 a off 1']);
});
