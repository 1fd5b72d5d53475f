/**
 * Upwards from a machine, nearest first. Several trees lead up from a machine, so that "nearest" needs one order for all:
 *
 *   1  its resource pool, then the pools above it
 *   2  its folder, then the folders above it
 *   3  its host   4  the cluster   5  folders of hosts   6  the datacenter   7  folders of datacenters   8  the vCenter
 *
 * 1 and 2 are where a person has put the machine itself; from 3 on it is where it happens to run, and what holds that. The
 * vendor publishes only that the rule closest to the machine is the active one; the order between the trees is ours.
 */
import type { HostState, MachineState, Place } from '../inventory/index.ts';

export type Places = ReadonlyMap<string, Place>;

/**
 * Shows each place above the machine, nearest first, until one is taken. The top of each tree may be shown more than once.
 * @param take true ends the climb
 * @returns the place that was taken
 */
export function climb(
  machine: MachineState,
  host: HostState | undefined,
  places: Places,
  take: (place: Place) => boolean,
): Place | undefined {
  let place = at(places, machine.pool);
  let steps = 0;
  while (place?.type === 'ResourcePool' && steps++ < DEEPEST) {
    if (take(place)) return place;
    place = at(places, place.parent);
  }
  const abovePools = place;
  place = at(places, machine.folder);
  while (place?.type === 'Folder' && steps++ < DEEPEST) {
    if (take(place)) return place;
    place = at(places, place.parent);
  }
  const aboveFolders = place;
  return (
    upFrom(at(places, host?.place), places, take) ??
    upFrom(abovePools, places, take) ??
    upFrom(aboveFolders, places, take)
  );
}

/** No product nests so deep; a circle in what it tells must not hold us for ever. */
const DEEPEST = 1000;

function upFrom(from: Place | undefined, places: Places, take: (place: Place) => boolean): Place | undefined {
  let place = from;
  for (let steps = 0; place !== undefined && steps < DEEPEST; steps += 1) {
    if (take(place)) return place;
    place = at(places, place.parent);
  }
  return undefined;
}

function at(places: Places, id: string | undefined): Place | undefined {
  return id === undefined ? undefined : places.get(id);
}
