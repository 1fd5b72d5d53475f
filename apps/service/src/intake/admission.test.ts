import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createAdmission } from './admission.ts';

/** Work that ends when it is told to. */
function held() {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { work: () => ended, end: () => end() };
}

test('an organisation takes its share and waits, while there is room for another', async () => {
  const admission = createAdmission({ atOnce: 3, share: 2, waiting: 2 });
  const began: string[] = [];
  const start = (organisation: string, name: string) => {
    const one = held();
    const done = admission.run(organisation, () => {
      began.push(name);
      return one.work();
    });
    return { ...one, done };
  };
  const a = ['a1', 'a2', 'a3', 'a4'].map((name) => start('a', name));
  const b = ['b1', 'b2'].map((name) => start('b', name));
  await turn();
  assert.deepEqual(began, ['a1', 'a2', 'b1']);
  await assert.rejects(
    admission.run('a', async () => undefined),
    { code: 'unavailable' },
  );
  a[0]!.end();
  await a[0]!.done;
  await turn();
  assert.deepEqual(began, ['a1', 'a2', 'b1', 'a3']);
  b[0]!.end();
  await b[0]!.done;
  await turn();
  // a4 came before b2, but a has its share.
  assert.deepEqual(began, ['a1', 'a2', 'b1', 'a3', 'b2']);
  for (const one of [...a, ...b]) one.end();
  await Promise.all([...a, ...b].map(({ done }) => done));
  assert.deepEqual(began, ['a1', 'a2', 'b1', 'a3', 'b2', 'a4']);
  assert.equal(admission.inFlight(), 0);
});

test('work that fails gives its place back', async () => {
  const admission = createAdmission({ atOnce: 1, share: 1, waiting: 1 });
  const failed = admission.run('a', () => Promise.reject(new Error('no')));
  const next = admission.run('b', async () => 'in');
  await assert.rejects(failed, /no/);
  assert.equal(await next, 'in');
});
