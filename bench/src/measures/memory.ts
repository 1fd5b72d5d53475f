import { setTimeout as sleep } from 'node:timers/promises';
import { mebibytes } from '../figures.ts';
import { memoryOfChildren } from '../memory.ts';
import { memoryOf } from '../service/service-process.ts';
import type { Stand } from '../stand.ts';
import { type Line, say } from '../table.ts';

const TO_REACH = { highest: 1.5 * 2 ** 30, idle: 500 * 2 ** 20 };
/** After a start there is little to come to rest. */
const FRESH_SECONDS = 10;

/** Memory of the service at rest: after its first start, and after load. */
export async function measureIdle(
  stand: Stand,
  when: 'fresh' | 'ingest' | 'reports',
): Promise<readonly Line[]> {
  const seconds = when === 'fresh' ? FRESH_SECONDS : stand.options.rest;
  say(`  idle for ${seconds} s …`);
  await sleep(seconds * 1000);
  const service = stand.service();
  const { now } = memoryOf(service);
  const name = when === 'fresh' ? 'after its first start' : `${seconds} s after the ${when}`;
  return [
    {
      what: `memory of the service, idle, ${name}`,
      target: '< 500 MiB',
      measured: `${mebibytes(now)} (PostgreSQL apart: ${mebibytes(memoryOfChildren(service.pid))})`,
      met: now < TO_REACH.idle,
    },
  ];
}

/** The highest of all that was measured in this run. */
export function highestMemory(stand: Stand): Line {
  const { service, postgres } = stand.highest();
  return {
    what: 'memory of the service, highest of this run',
    target: '< 1.5 GiB',
    measured: `${mebibytes(service)} (PostgreSQL apart: ${mebibytes(postgres)})`,
    met: service < TO_REACH.highest,
  };
}
