import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeInGap } from './place-in-gap.ts';
import { host } from './testing.ts';

const hosts = new Map(
  [
    host(1, { id: 'a1', cluster: 'a' }),
    host(2, { id: 'a2', cluster: 'a' }),
    host(3, { id: 'b1', cluster: 'b' }),
    host(4, { id: 'alone', cluster: undefined }),
  ].map((one) => [one.id, one]),
);
const where = (at: string, pool: string, folder = 'folder') => ({ host: at, pool, folder });

test('a machine that stays in its cluster keeps its pool and folder until the inventory', () => {
  const before = where('a1', 'pool-before', 'folder-before');
  const after = where('a2', 'pool-after', 'folder-after');
  assert.deepEqual(placeInGap({ host: 'a2' }, before, after, hosts), {
    pool: 'pool-before',
    folder: 'folder-before',
  });
});

test('one that moved to another cluster is in the pool where the inventory finds it, if that is of the cluster', () => {
  const before = where('a1', 'pool-of-a');
  assert.equal(placeInGap({ host: 'b1' }, before, where('b1', 'pool-of-b'), hosts).pool, 'pool-of-b');
  assert.equal(placeInGap({ host: 'b1' }, before, where('a1', 'pool-of-a'), hosts).pool, undefined);
  assert.equal(placeInGap({ host: 'alone' }, before, where('b1', 'pool-of-b'), hosts).pool, undefined);
});

test('one that was made is in the folder where the inventory finds it, and in its pool as long as it is in its cluster', () => {
  const after = where('a1', 'pool-of-a', 'folder-of-it');
  assert.deepEqual(placeInGap({ host: 'a2' }, undefined, after, hosts), {
    pool: 'pool-of-a',
    folder: 'folder-of-it',
  });
  assert.deepEqual(placeInGap({ host: 'b1' }, undefined, after, hosts), {
    pool: undefined,
    folder: 'folder-of-it',
  });
  assert.deepEqual(placeInGap({ host: 'a1' }, undefined, undefined, hosts), {
    pool: undefined,
    folder: undefined,
  });
});
