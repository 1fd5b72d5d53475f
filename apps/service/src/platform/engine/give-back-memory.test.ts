import assert from 'node:assert/strict';
import { test } from 'node:test';
import { giveBackMemory } from './give-back-memory.ts';

test('memory is given back once, when nothing big has run for a while', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let purged = 0;
  const { begun, ended } = giveBackMemory(async () => {
    purged += 1;
  });
  begun();
  begun();
  ended();
  t.mock.timers.tick(60_000);
  assert.equal(purged, 0, 'one still runs');
  ended();
  t.mock.timers.tick(4000);
  begun();
  ended();
  t.mock.timers.tick(4000);
  assert.equal(purged, 0, 'another began in between');
  t.mock.timers.tick(1000);
  assert.equal(purged, 1);
  t.mock.timers.tick(60_000);
  assert.equal(purged, 1);
});

test('an engine that is closed asks for nothing more', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let purged = 0;
  const { begun, ended, stop } = giveBackMemory(async () => {
    purged += 1;
  });
  begun();
  ended();
  stop();
  t.mock.timers.tick(60_000);
  assert.equal(purged, 0);
});
