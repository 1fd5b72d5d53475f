import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { addDigest, formatDigest, recordDigest } from './digest.ts';
import { CLUSTER, HOST, VM } from './example.ts';

test('the digest of a record is that of its values in field order', () => {
  const text = [
    'cluster',
    CLUSTER.product,
    CLUSTER.hour,
    'gold',
    CLUSTER.started,
    CLUSTER.ended,
    '1048576',
    '4194304',
    'dedup',
    'advanced',
  ].join('\t');
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  assert.equal(formatDigest(recordDigest('cluster', CLUSTER)), Buffer.from(bytes).reverse().toString('hex'));
});

test('order of lines does not matter, a doubled line does', () => {
  const digests = [recordDigest('vm', VM), recordDigest('host', HOST), recordDigest('cluster', CLUSTER)];
  const total = digests.reduce(addDigest, 0n);
  fc.assert(
    fc.property(fc.shuffledSubarray(digests, { minLength: 3 }), (shuffled) => {
      assert.equal(shuffled.reduce(addDigest, 0n), total);
    }),
  );
  assert.notEqual(addDigest(addDigest(total, digests[0]!), digests[0]!), total);
  assert.match(formatDigest(total), /^[0-9a-f]{32}$/);
});

test('every field counts, and so does its place', () => {
  const plain = recordDigest('vm', VM);
  for (const changed of [
    { vcpus: 5 },
    { services: [] },
    { services: ['vcd'] },
    { customer: 'x' },
    { edition: 'x' },
  ])
    assert.notEqual(recordDigest('vm', { ...VM, ...changed }), plain);
  assert.notEqual(recordDigest('vm', { ...VM, customer: 'x' }), recordDigest('vm', { ...VM, edition: 'x' }));
});

test('keys in another order are the same record', () => {
  const reversed = Object.fromEntries(Object.entries(VM).reverse()) as unknown as typeof VM;
  assert.equal(recordDigest('vm', reversed), recordDigest('vm', VM));
});
