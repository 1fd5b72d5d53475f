/**
 * What a product consists of at one moment, in the words that every hypervisor shares. Collectors fill it in, the hours room
 * turns it into spans; nothing here knows where it came from.
 *
 * An `id` is the product's own name for a thing (a managed object reference, a libvirt UUID). It is told to nobody; it only has to
 * mean the same thing for as long as that thing exists. Names are plain here; privacy is applied where records are written.
 */
import type { LicenseCategory, PowerState } from '@meterhouse/contract';

/** A virtual machine. Templates are none: they can never run. */
export interface MachineState {
  readonly id: string;
  /** The UUID that records name it by, lower case. */
  readonly uuid: string;
  readonly name: string;
  readonly power: PowerState;
  readonly vcpus: number;
  readonly memoryMib: number;
  /** Memory that is reserved for the machine itself, MiB; what its pool reserves does not count. */
  readonly reservationMib: number;
  /** Used on datastores, MiB. It grows all the time, so collectors tell it anew with inventories only and keep it between. */
  readonly storageMib: number;
  /** Codes such as `vcd`, `nsx-advanced`; ascending, each once. */
  readonly services: readonly string[];
  /** Ids of a host, and of the nearest resource pool and folder; undefined where there is none. */
  readonly host: string | undefined;
  readonly pool: string | undefined;
  readonly folder: string | undefined;
}

/** A machine that machines run on. */
export interface HostState {
  readonly id: string;
  readonly name: string;
  /** Id of the ClusterState; undefined when it stands alone. */
  readonly cluster: string | undefined;
  /** Id of its place, from which a customer's rule looks upwards. */
  readonly place: string | undefined;
  readonly sockets: number;
  readonly coresPerSocket: number;
  readonly memoryMib: number;
  readonly model: string;
  readonly license: License;
}

/** What a host runs under. All empty and `unknown` where the product does not let us see it. */
export interface License {
  /** The whole key; records carry it masked. */
  readonly key: string;
  readonly category: LicenseCategory;
  readonly edition: string;
  readonly sku: string;
}

export const NO_LICENSE: License = Object.freeze({ key: '', category: 'unknown', edition: '', sku: '' });

export interface ClusterState {
  readonly id: string;
  readonly name: string;
  /** Capacity of its shared storage, MiB; 0 without any. */
  readonly vsanUsedMib: number;
  readonly vsanRawMib: number;
  /** Codes, ascending, each once. */
  readonly features: readonly string[];
  readonly edition: string;
}

/** What customers' rules can point at (4-metering-rules, Customers). */
export type PlaceType =
  | 'vCenter'
  | 'Datacenter'
  | 'ClusterComputeResource'
  | 'ResourcePool'
  | 'HostSystem'
  | 'Folder'
  | 'VCD'
  | 'vcd_organization';

/** A node of the product's tree: pools, folders, clusters, hosts, datacentres. */
export interface Place {
  readonly id: string;
  readonly type: PlaceType;
  readonly name: string;
  /** Id of the place above; undefined at the root. */
  readonly parent: string | undefined;
}

/** All of a product at one moment. */
export interface Inventory {
  readonly machines: readonly MachineState[];
  readonly hosts: readonly HostState[];
  readonly clusters: readonly ClusterState[];
  readonly places: readonly Place[];
}
