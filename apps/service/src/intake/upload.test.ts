import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bindKey, packageOf, productOf, vm, withIntake } from './testing.ts';

const H = (hour: number) => `2023-03-01T${String(hour).padStart(2, '0')}:00:00Z`;

test('a good package is taken, kept with its receipt, loaded once, and the same again is answered the same', async () => {
  await withIntake(async (house) => {
    const meter = await house.meter();
    const { file, digest } = await packageOf(house.database, meter);
    const first = await house.send(meter, file);
    assert.equal(first.statusCode, 202, first.body);
    const answer = first.json();
    assert.equal(answer.digest, digest);
    assert.deepEqual(
      answer.slices.map(({ outcome }: { outcome: string }) => outcome),
      ['counted'],
    );
    const keys = await Array.fromAsync(house.archive.archive.list('packages'));
    assert.equal(keys.length, 2);
    assert.deepEqual(await house.totals(meter), { rows: 0, weight: '0' });
    await house.runJobs();
    assert.deepEqual(await house.totals(meter), { rows: 1, weight: '7200' });
    assert.deepEqual(house.changed, [`${meter.id} 2023-03`]);
    const again = await house.send(meter, file);
    assert.equal(again.statusCode, 200);
    assert.equal(again.body, first.body);
    await house.runJobs();
    assert.deepEqual(await house.totals(meter), { rows: 1, weight: '7200' });
    const detail = await house.app.inject({
      url: `/usage/api/v1/agents/${meter.agentId}/uploads/${answer.uploadId}`,
      headers: {
        authorization: (await import('./testing.ts')).bearer({
          organisationId: meter.organisationId,
          role: 'reporter',
          actor: 'x',
        }),
      },
    });
    assert.equal(detail.json().state, 'loaded');
  });
});

test('an uncertain hour is raised by a better one, whichever comes first, and its rows are replaced', async () => {
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
  ]) {
    await withIntake(async (house) => {
      const meter = await house.meter();
      const partial = {
        hour: H(0),
        status: 'partial' as const,
        covered: [[H(0), H(0).replace('00:00Z', '30:00Z')] as [string, string]],
      };
      const unreachable = await packageOf(house.database, meter, {
        number: 1,
        records: {},
        products: [productOf(meter, [{ hour: H(0), status: 'unreachable' }])],
      });
      const half = await packageOf(house.database, meter, {
        number: 2,
        previous: unreachable.digest,
        products: [productOf(meter, [partial])],
        records: { vm: [vm(meter, { vcpus: 1 })] },
      });
      const whole = await packageOf(house.database, meter, {
        number: 3,
        previous: half.digest,
        records: { vm: [vm(meter, { vcpus: 8 })] },
      });
      for (const index of order) {
        const answer = await house.send(meter, [unreachable, half, whole][index]!.file);
        assert.equal(answer.statusCode, 202, answer.body);
        await house.runJobs();
      }
      assert.deepEqual(await house.totals(meter), { rows: 1, weight: String(1800 * 8) });
    });
  }
});

test('of two partial readings the one that covers more counts, whichever comes first; one that covers other seconds is a conflict', async () => {
  const readings = [
    { until: '30:00', vcpus: 1 },
    { until: '45:00', vcpus: 8 },
  ];
  for (const { order, outcomes } of [
    { order: [0, 1], outcomes: ['counted', 'raised'] },
    { order: [1, 0], outcomes: ['counted', 'outranked'] },
  ]) {
    await withIntake(async (house) => {
      const meter = await house.meter();
      const at = (clock: string) => H(0).replace('00:00Z', `${clock}Z`);
      const partial = (from: string, to: string) => ({
        hour: H(0),
        status: 'partial' as const,
        covered: [[at(from), at(to)] as [string, string]],
      });
      const packages: { file: Buffer; digest: string }[] = [];
      for (const [listed, vcpus] of [
        ...readings.map(({ until, vcpus }) => [partial('00:00', until), vcpus] as const),
        [partial('40:00', '50:00'), 2] as const,
      ])
        packages.push(
          await packageOf(house.database, meter, {
            number: packages.length + 1,
            ...(packages.length > 0 && { previous: packages.at(-1)!.digest }),
            products: [productOf(meter, [listed])],
            records: { vm: [vm(meter, { vcpus })] },
          }),
        );
      const sent: string[] = [];
      for (const index of [...order, 2]) {
        const answer = await house.send(meter, packages[index]!.file);
        assert.equal(answer.statusCode, 202, answer.body);
        sent.push(answer.json().slices[0].outcome);
        await house.runJobs();
      }
      assert.deepEqual(sent, [...outcomes, 'conflict']);
      assert.deepEqual(await house.totals(meter), { rows: 1, weight: String(1800 * 8) });
    });
  }
});

test('a slice that is taken is a duplicate with the same content and a conflict with another; neither is loaded', async () => {
  await withIntake(async (house) => {
    const meter = await house.meter();
    const other = vm(meter, { vm: '5e425213-112d-4d23-adf7-e11d2aeb229b', hour: H(1) });
    const hours = [0, 1].map((hour) => ({ hour: H(hour), status: 'collected' as const }));
    const products = [productOf(meter, hours)];
    const first = await packageOf(house.database, meter, { products, records: { vm: [vm(meter), other] } });
    const second = await packageOf(house.database, meter, {
      number: 2,
      previous: first.digest,
      products,
      records: { vm: [{ ...other, vcpus: 7 }, vm(meter)] },
    });
    await house.send(meter, first.file);
    const answer = await house.send(meter, second.file);
    assert.deepEqual(
      answer.json().slices.map(({ outcome }: { outcome: string }) => outcome),
      ['duplicate', 'conflict'],
    );
    await house.runJobs();
    assert.deepEqual(await house.totals(meter), { rows: 2, weight: String(2 * 1800 * 4) });
  });
});

test('a correction replaces exactly the content that it names, once, by an administrator', async () => {
  await withIntake(async (house) => {
    const meter = await house.meter();
    const first = await packageOf(house.database, meter);
    const { slices } = (await house.send(meter, first.file)).json();
    const make = (digest: string) =>
      packageOf(house.database, meter, {
        number: 2,
        previous: first.digest,
        corrects: [{ product: meter.product, hour: H(0), digest }],
        records: { vm: [vm(meter, { vcpus: 2 })] },
      });
    const administrator = {
      caller: { role: 'administrator' as const },
      correction: 'counted the wrong host',
    };
    const wrong = await make('a'.repeat(32));
    assert.equal((await house.send(meter, wrong.file, administrator)).statusCode, 409);
    const right = await make(slices[0].digest);
    assert.equal((await house.send(meter, right.file)).statusCode, 400);
    assert.equal((await house.send(meter, right.file, { correction: 'x' })).statusCode, 403);
    const taken = await house.send(meter, right.file, administrator);
    assert.equal(taken.statusCode, 202, taken.body);
    assert.equal(taken.json().slices[0].outcome, 'corrected');
    await house.runJobs();
    assert.deepEqual(await house.totals(meter), { rows: 1, weight: '3600' });
    const again = await house.send(meter, right.file, administrator);
    assert.equal(again.statusCode, 200);
    assert.equal(again.body, taken.body);
  });
});

test('bad records are refused with their lines, recorded with their number, and the chain goes on', async () => {
  await withIntake(async (house) => {
    const meter = await house.meter();
    const bad = await packageOf(house.database, meter, {
      lines: { vm: `${JSON.stringify(vm(meter))}\n${JSON.stringify(vm(meter, { vcpus: 70000 }))}\n` },
    });
    const refused = await house.send(meter, bad.file);
    assert.equal(refused.statusCode, 422, refused.body);
    assert.deepEqual(
      refused.json().errors.map(({ pointer }: { pointer: string }) => pointer),
      ['vm/2/vcpus'],
    );
    assert.equal((await house.send(meter, bad.file)).statusCode, 422);
    const next = await packageOf(house.database, meter, { number: 2, previous: bad.digest });
    assert.equal((await house.send(meter, next.file)).statusCode, 202);
    await house.runJobs();
    assert.deepEqual(await house.totals(meter), { rows: 1, weight: '7200' });
  });
});

test('a fork of the chain is refused, a missing number is accepted and shown, a new epoch begins anew', async () => {
  await withIntake(async (house) => {
    const meter = await house.meter();
    const first = await packageOf(house.database, meter);
    await house.send(meter, first.file);
    const fork = await packageOf(house.database, meter, { records: { vm: [vm(meter, { vcpus: 1 })] } });
    assert.equal((await house.send(meter, fork.file)).json().code, 'chain-fork');
    const stranger = await packageOf(house.database, meter, { number: 2, previous: 'a'.repeat(64) });
    assert.equal((await house.send(meter, stranger.file)).json().code, 'chain-fork');
    const later = await packageOf(house.database, meter, {
      number: 4,
      previous: 'b'.repeat(64),
      products: [productOf(meter, [{ hour: H(3), status: 'collected' }])],
      records: { vm: [vm(meter, { hour: H(3) })] },
    });
    assert.equal((await house.send(meter, later.file)).statusCode, 202);
    const { bearer } = await import('./testing.ts');
    const list = await house.app.inject({
      url: `/usage/api/v1/agents/${meter.agentId}/uploads`,
      headers: {
        authorization: bearer({ organisationId: meter.organisationId, role: 'reporter', actor: 'x' }),
      },
    });
    assert.deepEqual(list.json().missing, [{ epoch: 1, from: 2, to: 3 }]);
    const signer = await bindKey(house.database, meter.id, 2);
    const renewed = await packageOf(house.database, meter, {
      epoch: 2,
      signer,
      products: [productOf(meter, [{ hour: H(5), status: 'collected' }])],
      records: { vm: [vm(meter, { hour: H(5) })] },
    });
    assert.equal((await house.send(meter, renewed.file)).statusCode, 202);
  });
});

test('a closed month keeps what comes late and changes nothing', async () => {
  await withIntake(async (house) => {
    const meter = await house.meter();
    await house.database.query("insert into months values ($1, '2023-03-01', 'closed')", [
      meter.organisationId,
    ]);
    const { file } = await packageOf(house.database, meter);
    const answer = await house.send(meter, file);
    assert.equal(answer.statusCode, 202);
    assert.equal(answer.json().decision, 'late');
    assert.equal((await house.send(meter, file)).body, answer.body);
    await house.runJobs();
    assert.deepEqual(await house.totals(meter), { rows: 0, weight: '0' });
    assert.equal((await Array.fromAsync(house.archive.archive.list('packages'))).length, 2);
  });
});

test('an hour to come is refused for now and not recorded', async () => {
  await withIntake(async (house) => {
    const meter = await house.meter();
    const { file } = await packageOf(house.database, meter);
    house.now = new Date('2023-03-01T00:40:00Z');
    assert.equal((await house.send(meter, file)).statusCode, 503);
    house.now = new Date('2023-03-01T01:00:00Z');
    assert.equal((await house.send(meter, file)).statusCode, 202);
  });
});

test('who the package is from and for is checked before its records', async () => {
  await withIntake(async (house) => {
    const meter = await house.meter();
    const stranger = await house.meter();
    const other = await house.meter(meter.organisationId);
    const { file } = await packageOf(house.database, meter);
    assert.equal((await house.send(other, file)).json().faultCodes[0], 'unknown-key');
    assert.equal(
      (await house.send({ ...stranger, organisationId: meter.organisationId }, file)).statusCode,
      404,
    );
    for (const name of ['service', 'organisation', 'registration', 'agent']) {
      const wrong = await packageOf(house.database, meter, {
        header: { [name]: '00000000-0000-4000-8000-000000000000' },
      });
      const answer = await house.send(meter, wrong.file);
      assert.equal(answer.statusCode, 422);
      assert.deepEqual(
        answer.json().errors.map(({ pointer }: { pointer: string }) => pointer),
        [`header/1/package/${name}`],
      );
    }
    await house.database.query('update meters set deleted_at = now() where id = $1', [meter.id]);
    assert.equal((await house.send(meter, file)).json().code, 'meter-deleted');
    assert.equal((await house.database.query('select 1 from uploads')).length, 0);
  });
});

test('bytes that are not the ones that were signed are refused, and the good file is taken afterwards', async () => {
  await withIntake(async (house) => {
    const meter = await house.meter();
    const { file } = await packageOf(house.database, meter);
    const flipped = Buffer.from(file);
    flipped[file.length - 12]! ^= 1;
    const cases: [string, Buffer, string][] = [
      ['short', file.subarray(0, -3), 'length-mismatch'],
      ['long', Buffer.concat([file, Buffer.from('x')]), 'framing'],
      ['flipped', flipped, 'digest-mismatch'],
      ['no gzip', Buffer.from('hello'), 'bad-gzip'],
      ['half a header', file.subarray(0, 100), 'bad-gzip'],
    ];
    for (const [name, bytes, code] of cases) {
      const answer = await house.send(meter, bytes);
      assert.equal(answer.statusCode, 422, name);
      assert.deepEqual(answer.json().faultCodes, [code], name);
    }
    assert.equal((await house.send(meter, Buffer.alloc(2 * 1024 * 1024, file))).statusCode, 413);
    assert.equal((await house.send(meter, file, { type: 'application/json' })).statusCode, 415);
    assert.equal((await house.send(meter, file, { type: 'application/gzip' })).statusCode, 202);
  });
});

test('fifty uploads of one package at once are one upload', async () => {
  await withIntake(async (house) => {
    const meter = await house.meter();
    const { file } = await packageOf(house.database, meter);
    const answers = await Promise.all(Array.from({ length: 50 }, () => house.send(meter, file)));
    const codes = answers.map(({ statusCode }) => statusCode).sort();
    assert.deepEqual(codes, [...Array(49).fill(200), 202]);
    assert.equal(new Set(answers.map(({ body }) => body)).size, 1);
    await house.runJobs();
    assert.deepEqual(await house.totals(meter), { rows: 1, weight: '7200' });
  });
});

test('a disk that is short or fails changes nothing, and the same package is taken later', async () => {
  await withIntake(async (house) => {
    const meter = await house.meter();
    const { file } = await packageOf(house.database, meter);
    house.archive.pretendFree(10);
    assert.equal((await house.send(meter, file)).statusCode, 507);
    house.archive.pretendFree(undefined);
    house.archive.failAt('take', 'EIO');
    assert.equal((await house.send(meter, file)).statusCode, 500);
    house.archive.failAt('put', 'EIO');
    assert.equal((await house.send(meter, file)).statusCode, 500);
    assert.equal((await house.send(meter, file)).statusCode, 200);
    await house.runJobs();
    assert.deepEqual(await house.totals(meter), { rows: 1, weight: '7200' });
  });
});
