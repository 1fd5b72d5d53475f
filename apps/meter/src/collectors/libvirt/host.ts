/** Who the connection leads to: the host, as the record of its one machine needs it, and the product's identity. */
import { derivedUuid } from '../../identity/index.ts';
import { type HostState, type ProductIdentity, plainVersion } from '../../inventory/index.ts';
import { notUnderstood } from './domains.ts';
import type { Session } from './session.ts';

/** A host of libvirt has no licence key; rules of the books take its records by the category `none`. */
const LICENSE = Object.freeze({ key: '', category: 'none', edition: '', sku: '' } as const);

export interface Host {
  readonly product: ProductIdentity;
  readonly state: HostState;
}

/** @throws CollectorFailure */
export async function readHost(session: Session): Promise<Host> {
  const name = (await session.tell('hostname')).trim();
  const node = fieldsOf(await session.tell('nodeinfo'));
  const version = fieldsOf(await session.tell('version'));
  const capabilities = await session.tell('capabilities');
  // Not every driver has it, and some ask for more rights.
  const { out: system } = await session.ask('sysinfo');
  const hypervisor = version.get('Running hypervisor') ?? version.get('Using API') ?? '';
  const uuid = /<host>\s*<uuid>([0-9a-f-]{36})<\/uuid>/.exec(capabilities)?.[1];
  if (name === '') throw notUnderstood('hostname', name);
  const id = uuid ?? derivedUuid('libvirt', hypervisor.split(' ')[0] ?? '', name);
  const number = (field: string) => {
    const digits = /^(\d+)(?: KiB)?$/.exec(node.get(field) ?? '')?.[1];
    if (digits === undefined) throw notUnderstood('nodeinfo', `${field}: ${node.get(field) ?? ''}`);
    return Number(digits);
  };
  return {
    product: { id, type: 'libvirt', version: plainVersion(hypervisor) },
    state: {
      id,
      name,
      cluster: undefined,
      place: id,
      // libvirt counts the sockets of one NUMA cell.
      sockets: number('CPU socket(s)') * number('NUMA cell(s)'),
      coresPerSocket: number('Core(s) per socket'),
      memoryMib: Math.floor(number('Memory size') / 1024),
      model: modelOf(system) || (node.get('CPU model') ?? ''),
      license: LICENSE,
    },
  };
}

/** `name: value` lines. */
function fieldsOf(text: string): Map<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const match = /^([^:]+): *(.*)$/.exec(line);
      return match === null ? [] : [[match[1]!, match[2]!.trim()] as const];
    }),
  );
}

/** Maker and model of the machine, as its firmware tells them; empty where it does not. */
function modelOf(system: string): string {
  const section = /<system>(.*?)<\/system>/s.exec(system)?.[1] ?? '';
  return ['manufacturer', 'product']
    .map((name) => new RegExp(`<entry name='${name}'>([^<]*)</entry>`).exec(section)?.[1]?.trim() ?? '')
    .filter((word) => word !== '')
    .join(' ')
    .replace(
      /&(amp|lt|gt|quot|apos);/g,
      (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" })[name] ?? '',
    )
    .slice(0, 512);
}
