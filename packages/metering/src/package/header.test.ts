import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { type PackageHeader, SIGNATURE_TYPE } from '@meterhouse/contract';
import { CompactSign } from 'jose';
import { canonical, packageDigest } from './canonical.ts';
import { exampleSigner, HEADER, PRODUCT } from './example.ts';
import { FaultLog } from './faults.ts';
import { headerLine, parseHeader } from './header.ts';
import { signHeader, verifySignature } from './signature.ts';

const signer = await exampleSigner();
const header: PackageHeader = { ...HEADER, format: 'meterhouse-usage/1', parts: [] };
const signature = await signHeader(header, signer);
const line = headerLine({ package: header, signature });

function faults(text: string): string[] {
  const log = new FaultLog();
  const parsed = parseHeader(text, log);
  assert.equal(parsed === undefined, log.total > 0);
  return log.list.map(({ code, pointer }) => `${code} ${pointer}`);
}

/** The faults of a header that is changed, and written canonically. */
const changed = (change: object) =>
  faults(headerLine({ package: { ...header, ...change } as PackageHeader, signature }));

test('a header is read as it was written', () => {
  assert.deepEqual(parseHeader(line, new FaultLog()), { package: header, signature });
});

test('a month before all rules, as a clock that was never set has it, and an epoch that no record holds are refused', () => {
  for (const month of ['1970-01', '1999-12', '0001-01'])
    assert.ok(changed({ month, products: [] }).includes('bad-value /package/month'), month);
  assert.deepEqual(changed({ epoch: 2 ** 31 }), ['out-of-range /package/epoch']);
});

test('only its own canonical form is read', () => {
  assert.deepEqual(faults(line.replace('{"package"', '{ "package"')), ['not-canonical ']);
  assert.deepEqual(faults(line.replace('"epoch":1', '"epoch":1.0')), ['not-canonical ']);
  assert.deepEqual(faults(line.replace('"epoch":1', '"epoch":1,"epoch":1')), ['not-canonical ']);
  assert.deepEqual(faults(line.replace('usage.example', 'usage.ex\\u0061mple')), ['not-canonical ']);
  assert.deepEqual(faults(line.replace('usage.example', '\\ud800')), ['not-canonical ']);
  assert.deepEqual(faults(`${JSON.stringify({ signature, package: header })}\n`), ['not-canonical ']);
  assert.deepEqual(faults(`\ufeff${line}`), ['byte-order-mark ']);
  assert.deepEqual(faults(line.trimEnd()), ['bad-header ']);
  assert.deepEqual(faults(`${line}\n`), ['bad-header ']);
  assert.deepEqual(faults('{"package":\n'), ['bad-json ']);
});

test('every fault of a header is told at once, with its place', () => {
  const { agent: _, ...rest } = header;
  const broken = {
    ...rest,
    extra: 1,
    epoch: 0,
    month: '2023-13',
    organisation: 'ACME',
    parts: [{ kind: 'disk' }],
  };
  const told = faults(headerLine({ package: broken as unknown as PackageHeader, signature }));
  for (const fault of [
    'missing-field /package/agent',
    'unknown-field /package/extra',
    'out-of-range /package/epoch',
    'bad-value /package/month',
    'bad-value /package/organisation',
    'bad-value /package/parts/0/kind',
    'missing-field /package/parts/0/sha256',
  ])
    assert.ok(told.includes(fault), `${fault} is told; told were\n${told.join('\n')}`);
});

test('only the first package of an epoch has none before it', () => {
  assert.deepEqual(changed({ number: 2 }), ['bad-value /package/previous']);
  assert.deepEqual(changed({ previous: packageDigest(header) }), ['bad-value /package/previous']);
  assert.deepEqual(changed({ number: 2, previous: packageDigest(header) }), []);
});

test('hours are of the month, ascending, once, and say what fits their status', () => {
  const hours = (...list: object[]) =>
    changed({ products: [{ id: PRODUCT, type: 'vCenter', version: '', hours: list }] });
  const at = (hour: string) => `2023-01-01T${hour}:00:00Z`;
  const collected = (hour: string) => ({ hour, status: 'collected' });
  const partial = (...covered: string[][]) => ({ hour: at('05'), status: 'partial', covered });
  const place = 'bad-value /package/products/0/hours';
  assert.deepEqual(hours(collected(at('05')), collected(at('06'))), []);
  assert.deepEqual(hours(collected(at('06')), collected(at('05'))), [`${place}/1/hour`]);
  assert.deepEqual(hours(collected(at('05')), collected(at('05'))), [`${place}/1/hour`]);
  assert.deepEqual(hours(collected('2023-02-01T00:00:00Z')), [`${place}/0/hour`]);
  assert.deepEqual(hours({ ...collected(at('05')), reason: 'x' }), [`${place}/0/reason`]);
  assert.deepEqual(hours({ ...collected(at('05')), covered: [[at('05'), at('06')]] }), [
    `${place}/0/covered`,
  ]);
  assert.deepEqual(hours({ hour: at('05'), status: 'partial' }), [`${place}/0/covered`]);
  assert.deepEqual(hours(partial([at('05'), at('06')])), []);
  assert.deepEqual(hours(partial([at('05'), at('07')])), [`${place}/0/covered/0`]);
  assert.deepEqual(hours(partial([at('06'), at('05')])), [`${place}/0/covered/0`]);
  const [a, b, c] = ['2023-01-01T05:10:00Z', '2023-01-01T05:20:00Z', '2023-01-01T05:30:00Z'] as const;
  assert.deepEqual(hours(partial([a, b], [b, c])), []);
  assert.deepEqual(hours(partial([a, c], [b, at('06')])), [`${place}/0/covered/1`]);
});

test('each product stands once, and is retired in the month or not at all', () => {
  const product = { id: PRODUCT, type: 'vCenter', version: '', hours: [] };
  assert.deepEqual(changed({ products: [product, product] }), ['bad-value /package/products/1/id']);
  assert.deepEqual(changed({ products: [{ ...product, retired: '2023-01-31T23:00:00Z' }] }), []);
  assert.deepEqual(changed({ products: [{ ...product, retired: '2023-02-01T00:00:00Z' }] }), [
    'bad-value /package/products/0/retired',
  ]);
});

test('a correction names a slice of the package, once', () => {
  const correction = { product: PRODUCT, hour: '2023-01-01T05:00:00Z', digest: '0'.repeat(32) };
  assert.deepEqual(changed({ corrects: [correction] }), []);
  assert.deepEqual(changed({ corrects: [correction, correction] }), ['bad-value /package/corrects/1']);
  assert.deepEqual(changed({ corrects: [{ ...correction, hour: '2023-01-01T09:00:00Z' }] }), [
    'bad-value /package/corrects/0',
  ]);
});

test('a signature holds for its header and its key only', async () => {
  assert.equal(await verifySignature(header, signature, signer.keyOf), 'good');
  assert.equal(await verifySignature({ ...header, number: 3 }, signature, signer.keyOf), 'bad-signature');
  assert.equal(await verifySignature(header, signature, () => undefined), 'unknown-key');
  const other = await exampleSigner();
  assert.equal(await verifySignature(header, signature, () => other.keyOf(other.kid)), 'bad-signature');
});

test('a signature with any other protected header is refused before a key is looked up', async () => {
  const payload = Buffer.from(canonical(header));
  const allowed = { alg: 'EdDSA', kid: signer.kid, typ: SIGNATURE_TYPE };
  const lookUp = () => assert.fail('no look-up');
  for (const protectedHeader of [
    { ...allowed, typ: 'JWT' },
    { alg: 'EdDSA', kid: signer.kid },
    { ...allowed, kid: 'my-key' },
    { ...allowed, jwk: { kty: 'OKP' } },
    { typ: allowed.typ, kid: allowed.kid, alg: allowed.alg },
    { ...allowed, alg: 'Ed25519' },
  ]) {
    const [head, , tail] = (
      await new CompactSign(payload)
        .setProtectedHeader(protectedHeader as typeof allowed)
        .sign(signer.privateKey)
    ).split('.');
    assert.equal(
      await verifySignature(header, `${head}..${tail}`, lookUp),
      'bad-signature',
      JSON.stringify(protectedHeader),
    );
  }
});

test('alg none and a secret made of the public key are refused', async () => {
  for (const alg of ['none', 'HS256']) {
    const head = Buffer.from(canonical({ alg, kid: signer.kid, typ: SIGNATURE_TYPE })).toString('base64url');
    const tail = createHmac('sha256', 'public').update(head).digest('base64url');
    assert.equal(await verifySignature(header, `${head}..${tail}`, signer.keyOf), 'bad-signature');
  }
});
