// A product with one of each place, for tests of what is nearest.
import {
  type HostState,
  type MachineState,
  NO_LICENSE,
  type Place,
  type PlaceType,
} from '../inventory/index.ts';
import type { Rule } from './rules.ts';

export const PRODUCT = { id: '88531d1c-296e-4b47-8431-c0e8182148e7', name: 'vc1' };

const place = (id: string, type: PlaceType, name: string, parent?: string): Place => ({
  id,
  type,
  name,
  parent,
});

/** From the machine upwards, as docs/meter/customers.md draws it. */
export const TREE: readonly Place[] = [
  place('resgroup-3', 'ResourcePool', 'Gold', 'resgroup-2'),
  place('resgroup-2', 'ResourcePool', 'Acme', 'resgroup-1'),
  place('resgroup-1', 'ResourcePool', 'Resources', 'domain-c7'),
  place('group-v3', 'Folder', 'Web', 'group-v2'),
  place('group-v2', 'Folder', 'Acme', 'group-v1'),
  place('group-v1', 'Folder', 'vm', 'datacenter-2'),
  place('host-1', 'HostSystem', 'esx1', 'domain-c7'),
  place('domain-c7', 'ClusterComputeResource', 'C0', 'group-h2'),
  place('group-h2', 'Folder', 'Rack 1', 'group-h1'),
  place('group-h1', 'Folder', 'host', 'datacenter-2'),
  place('datacenter-2', 'Datacenter', 'DC0', 'group-d2'),
  place('group-d2', 'Folder', 'North', 'group-d1'),
  place('group-d1', 'Folder', 'Datacenters'),
];
/** The same, nearest first, as the rules say; the vCenter as a whole comes behind them. */
export const ORDER: readonly string[] = [...TREE.map(({ id }) => id), PRODUCT.id];

export const machine = (more: Partial<MachineState> = {}): MachineState => ({
  id: 'vm-1',
  uuid: '5f0c7d3a-8c0e-4f5a-9a51-0f8d7c1f2e3b',
  name: 'web',
  power: 'on',
  vcpus: 1,
  memoryMib: 1024,
  reservationMib: 0,
  storageMib: 0,
  services: [],
  host: 'host-1',
  pool: 'resgroup-3',
  folder: 'group-v3',
  ...more,
});

export const HOST: HostState = {
  id: 'host-1',
  name: 'esx1',
  cluster: 'domain-c7',
  place: 'host-1',
  sockets: 2,
  coresPerSocket: 16,
  memoryMib: 1,
  model: '',
  license: NO_LICENSE,
};

/** A rule at a place of the tree, or at the product as a whole; its label is the target. */
export function ruleAt(id: number | string, targetId: string, more: Partial<Rule> = {}): Rule {
  const found = TREE.find((each) => each.id === targetId);
  return {
    id,
    source: 'settings',
    name: targetId,
    productType: 'vCenter',
    productId: PRODUCT.name,
    targetId,
    targetType: found?.type ?? 'vCenter',
    ...more,
  };
}

export const placesOf = (...more: readonly Place[]) =>
  new Map([...TREE, ...more].map((each) => [each.id, each]));
