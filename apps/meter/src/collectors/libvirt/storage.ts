/**
 * What the disks of each domain take on their host, read with inventories alone: it is the slowest of the questions, and disks
 * grow all the time anyway.
 */
import type { Domain } from './domains.ts';
import type { Session } from './session.ts';

const STATISTICS = 'domstats --raw --block --nowait';
const MIB = 1024 * 1024;

/**
 * UUID -> MiB; a domain without disks is not among them. Undefined where the driver does not tell.
 * @throws CollectorFailure when the connection ends
 */
export async function readStorage(
  session: Session,
  domains: ReadonlyMap<string, Domain>,
): Promise<ReadonlyMap<string, number> | undefined> {
  const { out, err } = await session.ask(STATISTICS);
  const disks = parseDisks(out);
  if (err !== '' || disks.size === 0) return undefined;
  const storage = new Map<string, number>();
  for (const { uuid, name, power } of domains.values()) {
    const ofDomain = disks.get(name);
    if (ofDomain === undefined || ofDomain.length === 0) continue;
    const counted = parseTargets((await session.ask(`domblklist ${uuid} --details`)).out);
    let bytes = 0;
    // Of a running domain the allocation is how far it wrote since its start, and the physical size is what is taken;
    // of one that is off it is the allocation that is taken, and the physical size has the holes of a sparse file in it.
    for (const disk of ofDomain)
      if (counted.has(disk.target)) bytes += power === 'off' ? disk.allocation : disk.physical;
    storage.set(uuid, Math.ceil(bytes / MIB));
  }
  return storage;
}

interface Disk {
  readonly target: string;
  readonly allocation: number;
  readonly physical: number;
}

/** Name -> its block devices. Names of images are free text: what is no line of ours is passed over. */
export function parseDisks(text: string): Map<string, readonly Disk[]> {
  const told = new Map<string, readonly Disk[]>();
  for (const part of `\n${text}`.split("\nDomain: '").slice(1)) {
    const fields = new Map(
      [...part.matchAll(/\n {2}block\.(\d+\.(?:name|allocation|physical))=([^\n]*)/g)].map(
        ([, key, value]) => [key!, value!],
      ),
    );
    const disks = [];
    for (let index = 0; fields.has(`${index}.name`); index++) {
      const bytes = (field: string) =>
        Number(/^\d{1,15}$/.exec(fields.get(`${index}.${field}`) ?? '')?.[0] ?? 0);
      disks.push({
        target: fields.get(`${index}.name`)!,
        allocation: bytes('allocation'),
        physical: bytes('physical'),
      });
    }
    if (part.includes('\n  block.count=')) told.set(part.slice(0, part.indexOf("'\n")), disks);
  }
  return told;
}

/** Targets that are disks of the domain's own: not what lies in a drive for removable media, which many may share. */
function parseTargets(text: string): ReadonlySet<string> {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  return new Set(
    lines.flatMap(([, device, target]) =>
      target !== undefined && (device === 'disk' || device === 'lun') ? [target] : [],
    ),
  );
}
