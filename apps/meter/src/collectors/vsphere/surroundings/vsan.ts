/**
 * vSAN capacity, as far as vim25 has it: the capacity and the free space of a cluster's vSAN datastore. A cluster may also mount
 * the vSAN datastore of another one, so a datastore counts where the cluster's vSAN UUID stands in its address; where no
 * cluster says its UUID, for the only one that mounts it.
 */
import { SharedTexts } from '../kept-text.ts';
import type { VimSession } from '../soap/vim-session.ts';

export interface VsanCapacity {
  readonly usedMib: number;
  readonly rawMib: number;
}

interface Datastore {
  type: string;
  capacity: number;
  free: number;
  /** Of the vSAN cluster that it belongs to, without dashes; empty where it is not said. */
  owner: string;
}

const MIB = 2 ** 20;

/** @param clusters ids of clusters and of the datastores that each mounts */
export async function readVsan(
  session: VimSession,
  clusters: ReadonlyMap<string, readonly string[]>,
): Promise<ReadonlyMap<string, VsanCapacity>> {
  const datastores = await readDatastores(session, new Set([...clusters.values()].flat()));
  const mounting = [...clusters].filter(([, ids]) => ids.some((id) => datastores.has(id)));
  const owners = await readOwners(
    session,
    mounting.map(([id]) => id),
  );
  const capacities = new Map<string, VsanCapacity>();
  for (const [cluster, ids] of mounting) {
    let usedMib = 0;
    let rawMib = 0;
    for (const id of ids) {
      const datastore = datastores.get(id);
      if (datastore === undefined) continue;
      const known = datastore.owner !== '' && [...owners.values()].includes(datastore.owner);
      const alone = mounting.filter(([, others]) => others.includes(id)).length === 1;
      if (known ? owners.get(cluster) !== datastore.owner : !alone) continue;
      rawMib += Math.round(datastore.capacity / MIB);
      usedMib += Math.round((datastore.capacity - datastore.free) / MIB);
    }
    if (rawMib > 0) capacities.set(cluster, { usedMib, rawMib });
  }
  return capacities;
}

async function readDatastores(
  session: VimSession,
  ids: ReadonlySet<string>,
): Promise<Map<string, Datastore>> {
  const all = new Map<string, Datastore>();
  const texts = new SharedTexts();
  const paths = ['summary.type', 'summary.capacity', 'summary.freeSpace', 'summary.url'];
  const refs = [...ids].map((value) => ({ type: 'Datastore', value }));
  await session.retrieveOf(refs, [{ type: 'Datastore', paths }], ({ id, values }) => {
    const text = (path: string) => values.find((one) => one.path === path)?.value?.text ?? '';
    if (text('summary.type') !== 'vsan') return;
    all.set(texts.of(id), {
      type: 'vsan',
      capacity: bytes(text('summary.capacity')),
      free: Math.min(bytes(text('summary.freeSpace')), bytes(text('summary.capacity'))),
      owner: bare(/vsan:([0-9a-f-]+)/i.exec(text('summary.url'))?.[1] ?? ''),
    });
  });
  return all;
}

/** vSAN UUIDs of clusters that have vSAN of their own. */
async function readOwners(session: VimSession, clusters: readonly string[]): Promise<Map<string, string>> {
  const owners = new Map<string, string>();
  const refs = clusters.map((value) => ({ type: 'ClusterComputeResource', value }));
  const sets = [{ type: 'ClusterComputeResource', paths: ['configurationEx'] }];
  await session.retrieveOf(refs, sets, ({ id, values }) => {
    const uuid = values[0]?.value?.textOf('vsanConfigInfo', 'defaultConfig', 'uuid');
    if (uuid !== undefined && uuid !== '') owners.set(id, bare(uuid));
  });
  return owners;
}

/** 0 for what is no number of bytes. */
function bytes(said: string): number {
  const value = Number(said);
  return Number.isSafeInteger(value) && value > 0 ? value : 0;
}

function bare(uuid: string): string {
  return uuid.replaceAll('-', '').toLowerCase();
}
