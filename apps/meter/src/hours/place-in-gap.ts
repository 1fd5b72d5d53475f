/**
 * Where a machine was in a gap that is proven. A log tells hosts and no pools or folders; those before the gap and those of the
 * inventory after it are known, and a pool is of one cluster. So a machine that stayed in its cluster keeps what it had until
 * the inventory; one that was made, or moved to another cluster, is where the inventory finds it if that is in the cluster too.
 */
import type { HostState, MachineState } from '../inventory/index.ts';

type Where = Pick<MachineState, 'host' | 'pool' | 'folder'>;

/** @param before, after as known at both ends of the gap; undefined when it was not there */
export function placeInGap(
  { host }: Pick<MachineState, 'host'>,
  before: Where | undefined,
  after: Where | undefined,
  hosts: ReadonlyMap<string, HostState>,
): Pick<MachineState, 'pool' | 'folder'> {
  const near = (other: Where | undefined) =>
    other !== undefined && aroundOf(other.host, hosts) === aroundOf(host, hosts);
  const folder = before === undefined ? after?.folder : before.folder;
  if (near(before)) return { pool: before!.pool, folder };
  return { pool: near(after) ? after!.pool : undefined, folder };
}

/** What a pool is of: a cluster, or a host that stands alone. */
function aroundOf(host: string | undefined, hosts: ReadonlyMap<string, HostState>): string | undefined {
  return host === undefined ? undefined : (hosts.get(host)?.cluster ?? host);
}
