/** The program of the raw engine's process: answers one order after another. Its first argument is the engine's directory. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '@meterhouse/service/engine';
import { createUsageTables, KINDS } from '@meterhouse/service/usage';
import { timed } from '../figures.ts';
import { loadMembers } from './load-members.ts';
import { cutMembers } from './members.ts';
import type { Order, Told } from './orders.ts';
import { reportsToNowhere } from './reports-to-nowhere.ts';

const engine = await openEngine({ path: process.argv[2]! });
await createUsageTables(engine);

process.on('message', (order: Order) => {
  answer(order).then(
    (told) => process.send?.(told),
    (error: unknown) => process.send?.({ error: String(error) } satisfies Told),
  );
});

async function answer(order: Order): Promise<Told> {
  switch (order.does) {
    case 'open':
      return {};
    case 'close':
      await engine.close();
      return {};
    case 'largest-meter': {
      const [row] = await engine.reads.rows<{ meter: string }>(
        'SELECT meter FROM usage_vm GROUP BY meter ORDER BY count() DESC LIMIT 1',
      );
      return { meterId: row?.meter ?? '' };
    }
    case 'load': {
      for (const { table } of Object.values(KINDS))
        await engine.loads.command(`TRUNCATE TABLE ${table} SYNC`);
      const packages = await Promise.all(order.packages.map(cutMembers));
      const waiting = [...packages];
      const worker = async () => {
        for (let members = waiting.shift(); members; members = waiting.shift())
          await loadMembers(engine, members, order.form);
      };
      const cost = await costOf(() => Promise.all(Array.from({ length: order.atOnce }, worker)));
      await Promise.all(packages.flat().map(({ path }) => rm(path)));
      return cost;
    }
    case 'reports': {
      const folder = await mkdtemp(join(tmpdir(), 'meterhouse-bench-reports-'));
      try {
        return await costOf(() => reportsToNowhere(engine, { ...order, folder }));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }
  }
}

async function costOf(work: () => Promise<unknown>): Promise<Told> {
  const before = process.cpuUsage();
  const { seconds } = await timed(work);
  const { user, system } = process.cpuUsage(before);
  return { seconds, processorSeconds: (user + system) / 1e6 };
}
