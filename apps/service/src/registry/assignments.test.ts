import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { nextFullHour } from './assignments.ts';
import { assignmentsOfMonth } from './assignments-of-month.ts';
import { findMeter } from './meter.ts';
import { type House, type Organisation, register, registered, withHouse } from './testing.ts';

test('the next full hour begins after now, also when now is full', () => {
  const next = (text: string) => nextFullHour(new Date(text)).toISOString();
  assert.equal(next('2023-01-15T10:20:30Z'), '2023-01-15T11:00:00.000Z');
  assert.equal(next('2023-01-15T10:59:59.999Z'), '2023-01-15T11:00:00.000Z');
  assert.equal(next('2023-01-15T11:00:00Z'), '2023-01-15T12:00:00.000Z');
  assert.equal(next('2023-01-31T23:30:00Z'), '2023-02-01T00:00:00.000Z');
});

async function history(house: House, { reader }: Organisation, agentId: string): Promise<string[]> {
  const { assignments } = (await house.call(reader, { url: `/api/v1/meters/${agentId}` })).json();
  return assignments.map(
    ({ from, contractNumber, siteName, meteringMode }: Record<string, string | undefined>) =>
      [from ?? 'ever', contractNumber ?? '-', siteName ?? '-', meteringMode].join(' '),
  );
}

describe('assignments', () => {
  it('begin without limit; a change counts from the next full hour', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const agentId = await registered(house, acme, { meteringMode: 'TEST' });
      await register(house, acme.reporter, {
        agentId,
        label: 'um46',
        contractNumber: '1012345',
        siteName: 'Site A',
      });
      assert.deepEqual(await history(house, acme, agentId), [
        'ever - - TEST',
        '2023-01-15T11:00:00Z 1012345 Site A TEST',
      ]);
      await house.moveTo('2023-01-15T11:00:00Z');
      await register(house, acme.reporter, { agentId, label: 'um46', meteringMode: 'PRODUCTION' });
      assert.deepEqual((await history(house, acme, agentId)).slice(2), [
        '2023-01-15T12:00:00Z 1012345 Site A PRODUCTION',
      ]);
    }));

  it('that have not begun are replaced by a second change, and vanish when it is taken back', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const agentId = await registered(house, acme, { contractNumber: '1012345', siteName: 'Site A' });
      const change = (fields: object) =>
        register(house, acme.reporter, { agentId, label: 'um46', ...fields });
      await change({ siteName: 'Site B' });
      await house.moveTo('2023-01-15T10:59:59Z');
      await change({ contractNumber: '2000001', siteName: 'Site A' });
      assert.deepEqual(await history(house, acme, agentId), [
        'ever 1012345 Site A PRODUCTION',
        '2023-01-15T11:00:00Z 2000001 Site A PRODUCTION',
      ]);
      await change({ contractNumber: '1012345', siteName: 'Site A' });
      assert.deepEqual(await history(house, acme, agentId), ['ever 1012345 Site A PRODUCTION']);
      await house.runJobs();
      assert.equal((await change({ contractNumber: '1012345' })).statusCode, 201);
    }));

  it('that have begun are never altered', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const agentId = await registered(house, acme, { contractNumber: '1012345', siteName: 'Site A' });
      const change = (siteName: string) =>
        register(house, acme.reporter, { agentId, label: 'um46', siteName });
      await change('Site B');
      await house.moveTo('2023-01-15T11:00:00Z');
      await change('Site A');
      assert.deepEqual(await history(house, acme, agentId), [
        'ever 1012345 Site A PRODUCTION',
        '2023-01-15T11:00:00Z 1012345 Site B PRODUCTION',
        '2023-01-15T12:00:00Z 1012345 Site A PRODUCTION',
      ]);
    }));

  it('of a month are cut at its ends and cover all of it', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const agentId = await registered(house, acme, { contractNumber: '1012345', siteName: 'Site A' });
      await register(house, acme.reporter, { agentId, label: 'um46', siteName: 'Site B' });
      await house.moveTo('2023-01-31T23:00:00Z');
      await register(house, acme.reporter, { agentId, label: 'um46', contractNumber: '2000001' });
      const { id } = (await findMeter(house.database, acme.id, agentId))!;
      const told = async (month: string) =>
        (await assignmentsOfMonth(house.database, id, month)).map(
          ({ from, until, contract, site, meteringMode }) =>
            [
              new Date(from * 1000).toISOString(),
              new Date(until * 1000).toISOString(),
              contract?.number,
              contract?.ruleSet,
              site?.name,
              meteringMode,
            ].join(' '),
        );
      assert.deepEqual(await told('2022-12'), [
        '2022-12-01T00:00:00.000Z 2023-01-01T00:00:00.000Z 1012345 flex Site A PRODUCTION',
      ]);
      assert.deepEqual(await told('2023-01'), [
        '2023-01-01T00:00:00.000Z 2023-01-15T11:00:00.000Z 1012345 flex Site A PRODUCTION',
        '2023-01-15T11:00:00.000Z 2023-02-01T00:00:00.000Z 1012345 flex Site B PRODUCTION',
      ]);
      assert.deepEqual(await told('2023-02'), [
        '2023-02-01T00:00:00.000Z 2023-03-01T00:00:00.000Z 2000001 flex  PRODUCTION',
      ]);
    }));
});
