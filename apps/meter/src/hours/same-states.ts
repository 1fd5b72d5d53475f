/** Which differences between two states of a thing are worth telling. */
import type { ClusterState, HostState, Place } from '../inventory/index.ts';
import type { Kind, MeteredMachine, Things } from './tree.ts';

/**
 * `grown`: only what collectors tell with inventories differs (used storage), so nobody missed anything.
 * `label`: only the customer, which the ledger decides itself.
 */
export type Difference = 'none' | 'grown' | 'label' | 'changed';

export function differenceOf<K extends Kind>(kind: K, before: Things[K], after: Things[K]): Difference;
export function differenceOf(kind: Kind, before: Things[Kind], after: Things[Kind]): Difference {
  switch (kind) {
    case 'machine':
      return machineDifference(before as MeteredMachine, after as MeteredMachine);
    case 'host':
      return sameHost(before as HostState, after as HostState) ? 'none' : 'changed';
    case 'cluster':
      return clusterDifference(before as ClusterState, after as ClusterState);
    case 'place':
      return samePlace(before as Place, after as Place) ? 'none' : 'changed';
  }
}

function machineDifference(a: MeteredMachine, b: MeteredMachine): Difference {
  const told =
    a.uuid === b.uuid &&
    a.name === b.name &&
    a.power === b.power &&
    a.vcpus === b.vcpus &&
    a.memoryMib === b.memoryMib &&
    a.reservationMib === b.reservationMib &&
    a.host === b.host &&
    a.pool === b.pool &&
    a.folder === b.folder &&
    sameTexts(a.services, b.services);
  if (!told) return 'changed';
  if (a.storageMib !== b.storageMib) return 'grown';
  return a.customer === b.customer ? 'none' : 'label';
}

function sameHost(a: HostState, b: HostState): boolean {
  return (
    a.name === b.name &&
    a.place === b.place &&
    a.memoryMib === b.memoryMib &&
    a.model === b.model &&
    hostBillsSame(a, b)
  );
}

/** What decides a bill: the cluster, the cores, the licence. */
export function hostBillsSame(a: HostState, b: HostState): boolean {
  return (
    a.cluster === b.cluster &&
    a.sockets === b.sockets &&
    a.coresPerSocket === b.coresPerSocket &&
    a.license.key === b.license.key &&
    a.license.category === b.license.category &&
    a.license.edition === b.license.edition &&
    a.license.sku === b.license.sku
  );
}

function clusterDifference(a: ClusterState, b: ClusterState): Difference {
  if (a.name !== b.name || !clusterBillsSame(a, b)) return 'changed';
  return a.vsanUsedMib === b.vsanUsedMib ? 'none' : 'grown';
}

/** What decides a bill, but for what is used, which grows all the time. */
export function clusterBillsSame(a: ClusterState, b: ClusterState): boolean {
  return a.vsanRawMib === b.vsanRawMib && a.edition === b.edition && sameTexts(a.features, b.features);
}

function samePlace(a: Place, b: Place): boolean {
  return a.type === b.type && a.name === b.name && a.parent === b.parent;
}

export function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((text, index) => text === b[index]));
}
