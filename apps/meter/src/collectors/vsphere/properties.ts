/**
 * What is read of a vCenter: leaves only, since a parent such as `config.hardware` brings every device of every machine along.
 *
 * `config.changeVersion` changes with every reconfiguration. It is watched beside the leaves of the configuration, and the leaves
 * are read again when it changes: not every vCenter sends updates of leaves (vcsim sends none), and then it is one small read.
 * Storage grows all the time; watched, it would wake us for nothing, so it is read with inventories.
 */
import type { PropertySet } from './soap/vim-session.ts';

/** The types whose objects are looked at; each stands for those derived of it, such as clusters and vApps. */
export const WATCHED_TYPES = [
  'VirtualMachine',
  'HostSystem',
  'ComputeResource',
  'Folder',
  'Datacenter',
  'ResourcePool',
] as const;

export const CONFIGURATION = [
  'name',
  'config.template',
  'config.instanceUuid',
  'config.uuid',
  'config.hardware.numCPU',
  'config.hardware.memoryMB',
  'config.memoryAllocation.reservation',
] as const;

export const WATCHED: readonly PropertySet[] = [
  {
    type: 'VirtualMachine',
    paths: [
      ...CONFIGURATION,
      'config.changeVersion',
      'runtime.powerState',
      'runtime.host',
      'resourcePool',
      'parent',
      'parentVApp',
    ],
  },
  {
    type: 'HostSystem',
    paths: [
      'name',
      'parent',
      'hardware.cpuInfo.numCpuPackages',
      'hardware.cpuInfo.numCpuCores',
      'hardware.memorySize',
      'hardware.systemInfo.model',
    ],
  },
  { type: 'ComputeResource', paths: ['name', 'parent', 'datastore'] },
  { type: 'Folder', paths: ['name', 'parent'] },
  { type: 'Datacenter', paths: ['name', 'parent'] },
  { type: 'ResourcePool', paths: ['name', 'parent'] },
  { type: 'VirtualApp', paths: ['parentFolder'] },
];

export const STORAGE: readonly PropertySet[] = [
  { type: 'VirtualMachine', paths: ['summary.storage.committed'] },
];
export const CONFIGURATION_SET: readonly PropertySet[] = [{ type: 'VirtualMachine', paths: CONFIGURATION }];
