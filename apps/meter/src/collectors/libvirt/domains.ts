/**
 * One look at all domains: who there is, and what each has.
 *
 * `domstats` tells state, processors and memory of all in one call, but by name alone, so the names are read before and after
 * it. Drivers that tell less by it (the test driver, Xen) are asked for each domain by `dominfo`.
 */
import type { PowerState } from '@meterhouse/contract';
import { CollectorFailure } from '../../inventory/index.ts';
import type { Session } from './session.ts';

/** What a look sees of one domain. */
export interface Domain {
  readonly uuid: string;
  readonly name: string;
  readonly power: PowerState;
  /** Processors that the guest has now; more may be plugged in up to its maximum. */
  readonly vcpus: number;
  /** Memory that it is configured with; a balloon may have taken some of it back. */
  readonly memoryMib: number;
}

export interface Look {
  readonly domains: ReadonlyMap<string, Domain>;
  /** UUIDs and names that came, went or changed their names while we looked: what this look says of them is not to be used. */
  readonly unsettled: ReadonlySet<string>;
}

const LIST = 'list --all --uuid --name';
const STATISTICS = 'domstats --raw --state --vcpu --balloon --nowait';
/** What a record can hold. */
const MOST_MIB = 2 ** 32 - 1;
/** How often a look is repeated for the sake of what changed meanwhile. */
const MOST_TRIES = 3;

/**
 * virDomainState: no state, running, blocked, paused, shutting down, shut off, crashed, pmsuspended.
 *
 * Paused and pmsuspended are `on`: the guest keeps its memory and its place on the host, and pauses of seconds come by
 * themselves (snapshots, migrations, I/O errors). Only what is saved or shut off gives them back.
 */
const POWER_OF_STATE: readonly PowerState[] = ['on', 'on', 'on', 'on', 'on', 'off', 'off', 'on'];
const POWER_OF_WORD: Readonly<Record<string, PowerState>> = Object.freeze({
  'no state': 'on',
  running: 'on',
  idle: 'on',
  paused: 'on',
  'in shutdown': 'on',
  'shut off': 'off',
  crashed: 'off',
  pmsuspended: 'on',
});

/** @throws CollectorFailure */
export async function lookAtDomains(session: Session): Promise<Look> {
  for (let tries = 1; ; tries++) {
    const look = await lookOnce(session);
    if (look.unsettled.size === 0 || tries === MOST_TRIES) return look;
  }
}

async function lookOnce(session: Session): Promise<Look> {
  const before = parseList(await session.tell(LIST));
  const statistics = before.size === 0 ? new Map<string, Partial<Domain>>() : await readStatistics(session);
  const lacking = [...before].filter(([, name]) => !isWhole(statistics.get(name)));
  const information = await readInformation(
    session,
    lacking.map(([uuid]) => uuid),
  );
  const after = parseList(await session.tell(LIST));
  const domains = new Map<string, Domain>();
  const unsettled = new Set<string>();
  for (const [uuid, name] of [...before, ...after]) {
    const told = information.get(uuid) ?? statistics.get(name);
    const settled = before.get(uuid) === name && after.get(uuid) === name;
    if (settled && isWhole(told))
      domains.set(uuid, { uuid, name, power: told.power, vcpus: told.vcpus, memoryMib: told.memoryMib });
    else unsettled.add(uuid).add(name);
  }
  for (const uuid of unsettled) domains.delete(uuid);
  return { domains, unsettled };
}

type Told = Pick<Domain, 'power' | 'vcpus' | 'memoryMib'>;

function isWhole(told: Partial<Domain> | undefined): told is Told {
  return told?.power !== undefined && told.vcpus !== undefined && told.memoryMib !== undefined;
}

/** UUID -> name. Every line that is not empty is `UUID name`; the name may begin and end with blanks. */
export function parseList(text: string): Map<string, string> {
  const names = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12} ./s.test(line)) throw notUnderstood(LIST, line);
    names.set(line.slice(0, 36), line.slice(37));
  }
  return names;
}

/** Name -> what `domstats` tells; empty where the driver has none. */
async function readStatistics(session: Session): Promise<Map<string, Partial<Domain>>> {
  const { out, err } = await session.ask(STATISTICS);
  if (err !== '' && !/not supported|unsupported/.test(err)) throw notUnderstood(STATISTICS, err);
  return err === '' ? parseStatistics(out) : new Map();
}

export function parseStatistics(text: string): Map<string, Partial<Domain>> {
  const told = new Map<string, Partial<Domain>>();
  let one: { -readonly [Key in keyof Domain]?: Domain[Key] } | undefined;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    if (line.startsWith("Domain: '") && line.endsWith("'")) {
      one = {};
      told.set(line.slice(9, -1), one);
    } else if (!line.startsWith('  ') || one === undefined) throw notUnderstood(STATISTICS, line);
    else if (line.startsWith('  state.state='))
      one.power = POWER_OF_STATE[wholeNumber(STATISTICS, line)] ?? 'on';
    else if (line.startsWith('  vcpu.current=')) one.vcpus = wholeNumber(STATISTICS, line);
    else if (line.startsWith('  balloon.maximum=')) {
      const memory = mib(wholeNumber(STATISTICS, line));
      // A container without a limit has 2^53 - 1 KiB: `dominfo` tells what it uses.
      if (memory <= MOST_MIB) one.memoryMib = memory;
    }
  }
  return told;
}

/** UUID -> what `dominfo` tells; a domain that has gone meanwhile is not among them. */
async function readInformation(session: Session, uuids: readonly string[]): Promise<Map<string, Told>> {
  if (uuids.length === 0) return new Map();
  const { out } = await session.ask(...uuids.map((uuid) => `dominfo ${uuid}`));
  return parseInformation(out);
}

export function parseInformation(text: string): Map<string, Told> {
  const told = new Map<string, Told>();
  for (const block of `\n${text}`.split('\nId: ')) {
    // By lines at LF alone: a name may hold a carriage return and then look like a field.
    const fields = new Map(
      block
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const uuid = fields.get('UUID');
    if (uuid === undefined) continue;
    const power = POWER_OF_WORD[fields.get('State') ?? ''];
    const memory =
      fields.get('Max memory') === 'no limit' ? fields.get('Used memory') : fields.get('Max memory');
    const vcpus = fields.get('CPU(s)') ?? '';
    if (power === undefined || !/^\d+$/.test(vcpus) || !/^\d+ KiB$/.test(memory ?? ''))
      throw notUnderstood('dominfo', block);
    told.set(uuid, { power, vcpus: Number(vcpus), memoryMib: mib(Number.parseInt(memory!, 10)) });
  }
  return told;
}

function wholeNumber(command: string, line: string): number {
  const digits = line.slice(line.indexOf('=') + 1);
  if (!/^\d{1,16}$/.test(digits)) throw notUnderstood(command, line);
  return Number(digits);
}

/** A part of a MiB counts as one: libvirt's unit is the KiB. */
function mib(kib: number): number {
  return Math.ceil(kib / 1024);
}

export function notUnderstood(command: string, line: string): CollectorFailure {
  return new CollectorFailure(
    'answer-not-understood',
    `virsh ${command} answered ${JSON.stringify(line.slice(0, 120))}`,
  );
}
