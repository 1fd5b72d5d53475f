import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it, test } from 'node:test';
import { type House, type Organisation, register, registered, withHouse } from './testing.ts';

const agentId = '88531d1c-296e-4b47-8431-c0e8182148e7';
const published = {
  agentId,
  connectivityMode: 'ONLINE',
  contractNumber: '1012345',
  label: 'um46-reg-demo',
  meteringMode: 'PRODUCTION',
  siteName: 'Site A',
  version: '4.6',
};
const path = (agent = agentId, prefix = '/usage') => `${prefix}/api/v1/agent-registrations/${agent}`;

async function detailOf(house: House, { reader }: Organisation, agent = agentId) {
  return (await house.call(reader, { url: `/api/v1/meters/${agent}` })).json();
}

/** What a refusal says, by place. */
async function faultsOf(house: House, access: string, body: unknown): Promise<Record<string, string>> {
  const answer = await register(house, access, body);
  assert.equal(answer.statusCode, 400, answer.body);
  assert.equal(answer.json().code, 'invalid-request');
  return Object.fromEntries(
    answer.json().errors.map(({ pointer, message }: Record<string, string>) => [pointer, message]),
  );
}

describe('a registration', () => {
  it('goes from 404 by 202 to 200 with contract and site', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      assert.equal((await house.call(acme.reader, { url: path() })).statusCode, 404);

      const started = await register(house, acme.reporter, published);
      assert.equal(started.statusCode, 202);
      assert.equal(started.body, '');
      assert.equal(started.headers.location, `/api/v1/agent-registrations/${agentId}`);

      const running = await house.call(acme.reader, { url: path() });
      assert.equal(running.statusCode, 202);
      assert.equal(running.body, '');
      assert.equal(running.headers['agent-registration-progress'], 'accepted');

      await house.runJobs();
      for (const prefix of ['/usage', '']) {
        const done = await house.call(acme.reader, { url: path(agentId, prefix) });
        assert.equal(done.statusCode, 200);
        assert.deepEqual(done.json(), { contractNumber: '1012345', siteName: 'Site A' });
      }
      assert.deepEqual((await house.actions()).slice(-2), ['meter-registered', 'registration-finished']);
    }));

  it('is found at the Location of its 202, and taken at both prefixes', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const started = await house.call(acme.reporter, {
        method: 'POST',
        url: '/api/v1/agent-registrations',
        payload: published,
      });
      assert.equal(started.statusCode, 202);
      const found = await house.call(acme.reader, { url: String(started.headers.location) });
      assert.equal(found.statusCode, 202);
    }));

  for (const { what, deletion, pointer } of [
    {
      what: 'contract',
      deletion: `with gone as (delete from sites where contract_id in (select id from contracts where number = '2000001'))
                 delete from contracts where number = '2000001'`,
      pointer: '/contractNumber',
    },
    {
      what: 'site',
      deletion: `delete from sites where contract_id in (select id from contracts where number = '2000001')`,
      pointer: '/siteName',
    },
  ])
    it(`tells a ${what} that is deleted at the very moment as one that is not there`, () =>
      withHouse(async (house) => {
        const acme = await house.organisation('Acme Cloud');
        const agentId = randomUUID();
        const terms = { contractNumber: '2000001', siteName: 'Site A' };
        let asked: ReturnType<typeof register> | undefined;
        await house.database.transaction(async (transaction) => {
          await transaction.query(deletion);
          asked = register(house, acme.reporter, { agentId, label: 'um46', ...terms });
          await untilBlocked(house);
        });
        const answer = (await asked)!;
        assert.equal(answer.statusCode, 400, answer.body);
        assert.equal(answer.json().errors[0].pointer, pointer);
      }));

  it('leaves siteName out when there is none', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const agent = await registered(house, acme, { contractNumber: '1012345' });
      assert.deepEqual((await house.call(acme.reader, { url: path(agent) })).json(), {
        contractNumber: '1012345',
      });
    }));

  it('without a contract is a trial: 204 without a body', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const agent = await registered(house, acme);
      const answer = await house.call(acme.reader, { url: path(agent) });
      assert.equal(answer.statusCode, 204);
      assert.equal(answer.body, '');
    }));

  it('needs agentId and label alone, and begins ONLINE and PRODUCTION', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      assert.equal((await register(house, acme.reporter, { agentId, label: 'um' })).statusCode, 202);
      const meter = await detailOf(house, acme);
      assert.equal(meter.connectivityMode, 'ONLINE');
      assert.equal(meter.meteringMode, 'PRODUCTION');
    }));

  it('ignores fields that are not documented', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const answer = await register(house, acme.reporter, {
        ...published,
        proxy: { host: 'x' },
        sequence: 1,
      });
      assert.equal(answer.statusCode, 202);
    }));

  it('writes an agentId of either case in lower case, as one meter', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const upper = { ...published, agentId: agentId.toUpperCase() };
      const started = await register(house, acme.reporter, upper);
      assert.equal(started.headers.location, `/api/v1/agent-registrations/${agentId}`);
      await house.runJobs();
      assert.equal((await register(house, acme.reporter, published)).statusCode, 201);
      assert.equal((await house.call(acme.reader, { url: path(agentId.toUpperCase()) })).statusCode, 200);
    }));
});

describe('a POST for a meter that is known', () => {
  it('that asks for what is so answers 201 and changes nothing', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      await register(house, acme.reporter, published);
      await house.runJobs();
      const before = [await detailOf(house, acme), await house.actions()];
      for (const body of [published, { agentId, label: 'um46-reg-demo' }]) {
        const answer = await register(house, acme.reporter, body);
        assert.equal(answer.statusCode, 201);
        assert.equal(answer.body, '');
      }
      assert.deepEqual([await detailOf(house, acme), await house.actions()], before);
    }));

  it('while it is running answers 202 and starts nothing a second time', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      for (let n = 0; n < 3; n += 1)
        assert.equal((await register(house, acme.reporter, published)).statusCode, 202);
      const jobs = await house.database.query('select id from graphile_worker._private_jobs');
      assert.equal(jobs.length, 1);
      assert.equal((await house.actions()).filter((action) => action === 'meter-registered').length, 1);
    }));

  it('ten times at once makes one meter', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const tenTimes = <T>(work: () => Promise<T>) => Promise.all(Array.from({ length: 10 }, work));
      // With ten connections open already, they do meet.
      await tenTimes(() => house.database.query('select pg_sleep(0.1)'));
      const answers = await tenTimes(() => register(house, acme.reporter, published));
      assert.ok(answers.every(({ statusCode }) => statusCode === 202));
      assert.equal((await detailOf(house, acme)).sequence, 1);
      assert.equal((await house.database.query('select 1 from meter_assignments')).length, 1);
    }));

  it('leaves unchanged what it leaves out', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      await register(house, acme.reporter, {
        ...published,
        connectivityMode: 'OFFLINE',
        meteringMode: 'TEST',
      });
      await house.runJobs();
      assert.equal((await register(house, acme.reporter, { agentId, label: 'renamed' })).statusCode, 202);
      const running = await house.call(acme.reader, { url: path() });
      assert.equal(running.headers['agent-registration-progress'], 'changing');
      await house.runJobs();
      const meter = await detailOf(house, acme);
      assert.equal(meter.label, 'renamed');
      assert.equal(meter.connectivityMode, 'OFFLINE');
      assert.equal(meter.meteringMode, 'TEST');
      assert.equal(meter.siteName, 'Site A');
      assert.equal(meter.sequence, 2);
      assert.equal(meter.assignments.length, 1, 'a name is no assignment');
      assert.ok((await house.actions()).includes('meter-changed'));
    }));

  it('changes a site alone, under the contract that is', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      await register(house, acme.reporter, published);
      await house.runJobs();
      const answer = await register(house, acme.reporter, {
        agentId,
        label: published.label,
        siteName: 'Site B',
      });
      assert.equal(answer.statusCode, 202);
      await house.runJobs();
      assert.deepEqual((await house.call(acme.reader, { url: path() })).json(), {
        contractNumber: '1012345',
        siteName: 'Site B',
      });
    }));

  it('leaves the site behind with the old contract', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      await register(house, acme.reporter, published);
      await register(house, acme.reporter, { agentId, label: published.label, contractNumber: '2000001' });
      await house.runJobs();
      assert.deepEqual((await house.call(acme.reader, { url: path() })).json(), {
        contractNumber: '2000001',
      });
    }));

  it('ignores the version, which belongs to the first registration', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      await register(house, acme.reporter, published);
      await house.runJobs();
      assert.equal((await register(house, acme.reporter, { ...published, version: '9.9' })).statusCode, 201);
      assert.equal((await detailOf(house, acme)).version, '4.6');
      assert.ok('/version' in (await faultsOf(house, acme.reporter, { ...published, version: '4.x' })));
    }));
});

describe('every fault is told at once', () => {
  it('those of the form together with those of the look-ups, and nothing is changed', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const faults = await faultsOf(house, acme.reporter, {
        agentId: 'nonsense',
        connectivityMode: 'SOMETIMES',
        contractNumber: '7777777',
        label: 'a\tb',
        meteringMode: 5,
        siteName: 'Site A',
        version: '4.x',
      });
      assert.deepEqual(faults, {
        '/agentId': 'must be a UUID such as 88531d1c-296e-4b47-8431-c0e8182148e7',
        '/connectivityMode': 'must be one of ONLINE, OFFLINE',
        '/contractNumber': 'no contract of your organisation has this number',
        '/label': 'must not contain control characters such as tabs or line feeds',
        '/meteringMode': 'must be one of PRODUCTION, TEST',
        '/version': 'must be numbers and dots such as 4.6',
      });
      assert.equal((await house.database.query('select 1 from meters')).length, 0);
    }));

  it('a missing agentId and label, an unknown site, a site without a contract', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      assert.deepEqual(await faultsOf(house, acme.reporter, { siteName: 'Site A' }), {
        '/agentId': 'is required',
        '/label': 'is required',
        '/siteName': 'a site needs a contract: send contractNumber too',
      });
      assert.deepEqual(await faultsOf(house, acme.reporter, { ...published, siteName: 'Site Z' }), {
        '/siteName': 'the contract has no site of this name',
      });
      const other = { ...published, contractNumber: '2000001', siteName: 'Site B' };
      assert.deepEqual(Object.keys(await faultsOf(house, acme.reporter, other)), ['/siteName']);
    }));

  it('whatever the body is, and nothing is coerced', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      for (const body of [[], [published]])
        assert.deepEqual(Object.keys(await faultsOf(house, acme.reporter, body)), ['']);
      const empty = await house.call(acme.reporter, {
        method: 'POST',
        url: '/usage/api/v1/agent-registrations',
      });
      assert.equal(empty.statusCode, 400);
      const nulls = Object.fromEntries(Object.keys(published).map((name) => [name, null]));
      assert.deepEqual(
        Object.keys(await faultsOf(house, acme.reporter, nulls)).sort(),
        Object.keys(published)
          .map((name) => `/${name}`)
          .sort(),
      );
      assert.ok(
        '/contractNumber' in
          (await faultsOf(house, acme.reporter, { ...published, contractNumber: 1012345 })),
      );
    }));

  it('labels of 1 to 512 characters without control characters; plain contract numbers; versions of numbers and dots', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const isRefused = async (fields: object, at: string) =>
        assert.deepEqual(Object.keys(await faultsOf(house, acme.reporter, { ...published, ...fields })), [
          at,
        ]);
      for (const label of [
        '',
        'x'.repeat(513),
        'a\nb',
        'a\u0000',
        'a\u007f',
        'a\u0085',
        'a\u2028',
        'a\ud800',
      ])
        await isRefused({ label }, '/label');
      for (const siteName of ['', 'a\tb']) await isRefused({ siteName }, '/siteName');
      for (const contractNumber of ['', 'a b', 'x'.repeat(65), "1' or '1", 'é'])
        assert.ok(
          '/contractNumber' in (await faultsOf(house, acme.reporter, { ...published, contractNumber })),
        );
      for (const version of ['', '4.x', '4.', '.4', '4..6', 'v4', '4.6 ', '4,6'])
        await isRefused({ version }, '/version');
      const longest = { ...published, label: '🙂'.repeat(512), version: '4.8.0.1' };
      assert.equal((await register(house, acme.reporter, longest)).statusCode, 202);
      assert.equal((await detailOf(house, acme)).label, longest.label);
    }));
});

describe('a change is refused with 409', () => {
  it('from PRODUCTION to TEST; from TEST to PRODUCTION it is taken', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      await register(house, acme.reporter, { ...published, meteringMode: 'TEST' });
      await house.runJobs();
      assert.equal((await register(house, acme.reporter, published)).statusCode, 202);
      await house.runJobs();
      const back = await register(house, acme.reporter, {
        ...published,
        meteringMode: 'TEST',
        label: 'other',
      });
      assert.equal(back.statusCode, 409);
      assert.equal(back.json().code, 'mode-change-refused');
      assert.equal((await detailOf(house, acme)).label, published.label, 'nothing of it was taken');
    }));

  it('to another contract while a closed month of the old one is not submitted', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      await register(house, acme.reporter, published);
      await house.runJobs();
      const setMonth = (state: string) =>
        house.database.query(
          `insert into months (organisation_id, month, state) values ($1, '2022-12-01', $2)
           on conflict (organisation_id, month) do update set state = excluded.state`,
          [acme.id, state],
        );
      const other = { agentId, label: published.label, contractNumber: '2000001' };
      for (const state of ['closing', 'closed']) {
        await setMonth(state);
        const answer = await register(house, acme.reporter, other);
        assert.equal(answer.statusCode, 409);
        assert.equal(answer.json().code, 'contract-in-use');
        assert.match(answer.json().detail, /2022-12 of contract 1012345/);
      }
      const site = await register(house, acme.reporter, { ...published, siteName: 'Site B' });
      assert.equal(site.statusCode, 202, 'its site may change');
      await setMonth('open');
      assert.equal((await register(house, acme.reporter, other)).statusCode, 202);
    }));

  it("but not for another organisation's month, nor for a month of another contract", () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const other = await house.organisation('Other Cloud');
      await register(house, acme.reporter, published);
      await house.database.query("insert into months values ($1, '2022-12-01', 'closed')", [other.id]);
      // From 11:00 on the meter is under the second contract, which no closed month knows.
      const second = { ...published, contractNumber: '2000001', siteName: 'Site A' };
      assert.equal((await register(house, acme.reporter, second)).statusCode, 202);
      await house.moveTo('2023-01-15T11:00:00Z');
      await house.database.query("insert into months values ($1, '2022-12-01', 'closed')", [acme.id]);
      const answer = await register(house, acme.reporter, published);
      assert.equal(answer.statusCode, 202, answer.body);
    }));

  it('of a deleted meter, which must be undeleted first', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      await register(house, acme.reporter, published);
      await house.runJobs();
      await house.call(acme.administrator, { method: 'DELETE', url: `/api/v1/meters/${agentId}?sequence=1` });
      const answer = await register(house, acme.reporter, published);
      assert.equal(answer.statusCode, 409);
      assert.equal(answer.json().code, 'meter-deleted');
      assert.match(answer.json().detail, new RegExp(`POST /api/v1/meters/${agentId}/undelete`));
      assert.equal((await house.call(acme.reader, { url: path() })).statusCode, 404);
      await house.call(acme.administrator, {
        method: 'POST',
        url: `/api/v1/meters/${agentId}/undelete`,
        payload: { sequence: 2 },
      });
      assert.equal((await register(house, acme.reporter, published)).statusCode, 201);
      assert.equal((await house.call(acme.reader, { url: path() })).statusCode, 200);
    }));
});

describe('who may', () => {
  it('ask: a reader; register: a reporter; nobody without a token', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      assert.equal((await register(house, acme.reader, published)).statusCode, 403);
      assert.equal((await register(house, undefined, published)).statusCode, 401);
      assert.equal((await house.call(undefined, { url: path() })).statusCode, 401);
      assert.equal((await house.call(acme.reader, { url: path('nonsense') })).statusCode, 400);
      assert.equal((await register(house, acme.administrator, published)).statusCode, 202);
    }));

  it('two organisations with the same agentId do not see each other', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const other = await house.organisation('Other Cloud');
      await register(house, acme.reporter, published);
      await house.runJobs();
      const unknown = await house.call(other.reader, { url: path() });
      const never = await house.call(other.reader, { url: path(randomUUID()) });
      assert.equal(unknown.statusCode, 404);
      const told = ({ requestId: _, ...rest }: Record<string, unknown>) => rest;
      assert.deepEqual(told(unknown.json()), told(never.json()), 'told in the same words');

      assert.equal((await register(house, other.reporter, { agentId, label: 'theirs' })).statusCode, 202);
      await house.runJobs();
      assert.equal((await house.call(other.reader, { url: path() })).statusCode, 204);
      assert.equal((await house.call(acme.reader, { url: path() })).statusCode, 200);
      const [one, two] = [await detailOf(house, acme), await detailOf(house, other)];
      assert.equal(one.label, published.label);
      assert.equal(two.label, 'theirs');
      assert.notEqual(one.registration, two.registration);
    }));

  it("another organisation's contract is as unknown as none", () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const other = await house.organisation('Other Cloud');
      await house.database.query(
        "insert into contracts (organisation_id, number, family, currency, rule_set) values ($1, 'THEIRS', 'RENTAL', 'USD', 'flex')",
        [other.id],
      );
      const ask = (contractNumber: string) =>
        faultsOf(house, acme.reporter, { agentId, label: 'um', contractNumber });
      assert.deepEqual(await ask('THEIRS'), await ask('NOBODYS'));
    }));
});

test('a job that runs twice finishes a registration once', () =>
  withHouse(async (house) => {
    const acme = await house.organisation('Acme Cloud');
    await register(house, acme.reporter, published);
    const [row] = await house.database.query<{ id: string }>('select id from meters');
    for (let n = 0; n < 2; n += 1) await house.registry.finishRegistration({ meterId: row!.id });
    assert.equal((await house.actions()).filter((action) => action === 'registration-finished').length, 1);
    assert.equal((await detailOf(house, acme)).state, 'registered');
  }));

/** Until a statement on this database waits for another one's lock. */
async function untilBlocked({ database }: House): Promise<void> {
  for (;;) {
    const blocked = await database.query(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if (blocked.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
