/**
 * A month in the life of one generated machine. Chance decides its size, customer and habits; then each second at which
 * anything changes (switched, moved, resized) cuts its life into stretches.
 */
import type { PowerState } from '@meterhouse/contract';
import type { Month } from '@meterhouse/metering';
import { DAY, type Host, type Machine, type Stretch } from '../days/index.ts';
import { derivedUuid } from '../identity/index.ts';
import { type Chance, chanceOf } from './random.ts';

const CUSTOMERS = [
  'Alder Bank',
  'Birch Retail',
  'Cedar Health',
  'Dogwood Media',
  'Elm University',
  '',
] as const;
const ROLES = ['web', 'app', 'db', 'cache', 'build', 'desk'] as const;
const SIZES: readonly (readonly [vcpus: number, memoryMib: number])[] = [
  [1, 1024],
  [1, 2048],
  [2, 4096],
  [2, 4096],
  [2, 8192],
  [4, 8192],
  [4, 16_384],
  [8, 32_768],
  [16, 65_536],
];
const SERVICES: readonly (readonly string[])[] = [
  [],
  [],
  ['vcd'],
  ['vcd'],
  ['operations'],
  ['operations', 'protected', 'vcd'],
];

/** What is true of a machine from an instant on. */
interface Change {
  readonly at: number;
  readonly host?: number;
  readonly power?: PowerState;
  /** Doubles vCPUs and memory. */
  readonly grow?: true;
}

/** The machine of this number. `hosts` of one vCenter follow each other in the list, as `makeHosts` gives them. */
export function makeMachine(seed: string, number: number, hosts: readonly Host[], month: Month): Machine {
  const chance = chanceOf(seed, 'machine', String(number));
  const [vcpus, memoryMib] = chance.oneOf(SIZES);
  const home = chance.below(hosts.length);
  const reservationMib = chance.percent(15) ? (memoryMib / 4) * (1 + chance.below(4)) : 0;
  const storageMib = 20_480 * (1 + chance.below(40));
  const customer = chance.oneOf(CUSTOMERS);
  const services = chance.oneOf(SERVICES);
  const role = chance.oneOf(ROLES);
  const life = lifeOf(chance, month);
  const changes = [
    ...switches(chance, month),
    ...moves(chance, month, home, hosts),
    ...growth(chance, month),
  ];
  const start = { host: home, power: 'on' as PowerState, vcpus, memoryMib, reservationMib };
  return {
    id: derivedUuid(seed, 'machine', String(number)),
    name: `${role}-${String(number + 1).padStart(4, '0')}`,
    storageMib,
    customer,
    services,
    stretches: cut(life, start, changes),
  };
}

/** Most machines are there all month; some come, some go. */
function lifeOf(chance: Chance, month: Month): { from: number; to: number } {
  const moment = month.first + chance.below(month.seconds);
  const kind = chance.below(100);
  if (kind < 8) return { from: moment, to: month.last };
  if (kind < 15) return { from: month.first, to: moment };
  return { from: month.first, to: month.last };
}

function switches(chance: Chance, month: Month): Change[] {
  const habit = chance.below(100);
  if (habit < 64) return [];
  if (habit < 72) return [{ at: month.first, power: 'off' }];
  if (habit < 80) return window(chance, month, 'suspended');
  if (habit < 88) return [...window(chance, month, 'off'), ...window(chance, month, 'off')];
  // Desks and test systems: on in office hours, each a few minutes off the full hour, and off at weekends.
  const changes: Change[] = [{ at: month.first, power: 'off' }];
  const late = chance.below(3000);
  for (let day = month.first; day < month.last; day += DAY) {
    const weekday = new Date(day * 1000).getUTCDay();
    if (weekday === 0 || weekday === 6) continue;
    changes.push({ at: day + 7 * 3600 + late, power: 'on' }, { at: day + 18 * 3600 + late, power: 'off' });
  }
  return changes;
}

/** Not running from some instant for up to three days. */
function window(chance: Chance, month: Month, power: PowerState): Change[] {
  const at = month.first + chance.below(month.seconds);
  return [
    { at, power },
    { at: at + 600 + chance.below(3 * DAY), power: 'on' },
  ];
}

/** One machine in three moves, up to four times, within its vCenter: also onto hosts under another licence. */
function moves(chance: Chance, month: Month, home: number, hosts: readonly Host[]): Change[] {
  if (!chance.percent(33)) return [];
  const { product } = hosts[home]!;
  const first = hosts.findIndex((host) => host.product === product);
  const count = hosts.findLastIndex((host) => host.product === product) - first + 1;
  return Array.from({ length: 1 + chance.below(4) }, () => ({
    at: month.first + chance.below(month.seconds),
    host: first + chance.below(count),
  }));
}

function growth(chance: Chance, month: Month): Change[] {
  return chance.percent(8) ? [{ at: month.first + chance.below(month.seconds), grow: true }] : [];
}

function cut(
  life: { readonly from: number; readonly to: number },
  start: Omit<Stretch, 'from' | 'to'>,
  changes: readonly Change[],
): Stretch[] {
  const stretches: Stretch[] = [];
  let state = start;
  let from = life.from;
  for (const { at, host, power, grow } of changes.toSorted((a, b) => a.at - b.at)) {
    const to = Math.min(at, life.to);
    if (to > from) {
      stretches.push({ from, to, ...state });
      from = to;
    }
    state = {
      ...state,
      ...(host !== undefined && { host }),
      ...(power !== undefined && { power }),
      ...(grow && { vcpus: state.vcpus * 2, memoryMib: state.memoryMib * 2 }),
    };
  }
  if (life.to > from) stretches.push({ from, to: life.to, ...state });
  return stretches;
}
