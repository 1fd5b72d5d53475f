/**
 * Refuses a reading that cannot be right, before anything of it is kept: one impossible number would have the service refuse
 * the whole package that it is in.
 */
import { Code, LIMITS, PackageProduct, RECORDS, Uuid } from '@meterhouse/contract';
import { instantOf } from '@meterhouse/metering';
import {
  type ClusterState,
  CollectorFailure,
  type HostState,
  type MachineState,
  type ProductIdentity,
  type Reading,
} from '../inventory/index.ts';

const UUID = patternOf(Uuid);
const CODE = patternOf(Code);
const PRODUCT_TYPE = patternOf(PackageProduct.properties.type);
const VERSION = patternOf(PackageProduct.properties.version);
const UINT16 = mostOf(RECORDS.vm.properties.vcpus);
const UINT32 = mostOf(RECORDS.vm.properties.memoryMib);
const UINT53 = Number.MAX_SAFE_INTEGER;
const POWERS: ReadonlySet<string> = new Set(['on', 'off', 'suspended']);
const CATEGORIES: ReadonlySet<string> = new Set(['rental', 'perpetual', 'demo', 'none', 'unknown']);
/** How far a product's clock may be ahead of ours, seconds: beyond, its hours would be closed long before they are over. */
const AHEAD = 86_400;
/** No package is of an earlier month: a clock that says so was never set. */
const EARLIEST = instantOf('2000-01-01T00:00:00Z');
/** Faults that a message names. */
const NAMED = 5;

/** @param now Unix seconds by our own clock @throws CollectorFailure `answer-not-understood` that names what is wrong */
export function checkReading(reading: Reading, now: number): void {
  const faults: string[] = [];
  const fault = (text: string) => faults.push(text);
  instant(reading.seen, 'seen', fault);
  if (reading.seen > now + AHEAD)
    fault(
      `its clock is ${Math.floor((reading.seen - now) / 3600)} hours ahead of ours; let both follow a time server`,
    );
  if (reading.seen < EARLIEST)
    fault('its clock says a time before the year 2000; let it follow a time server');
  if (reading.kind === 'inventory') {
    const { product, inventory } = reading;
    checkProduct(product, fault);
    for (const machine of inventory.machines) checkMachine(machine, fault);
    for (const host of inventory.hosts) checkHost(host, fault);
    for (const cluster of inventory.clusters) checkCluster(cluster, fault);
  } else {
    for (const change of reading.changes) {
      instant(change.at, 'at', fault);
      if (change.kind === 'machine') checkMachine(change.state, fault);
      else if (change.kind === 'host') checkHost(change.state, fault);
      else if (change.kind === 'cluster') checkCluster(change.state, fault);
    }
  }
  if (faults.length === 0) return;
  const more = faults.length > NAMED ? `, and ${faults.length - NAMED} more` : '';
  throw new CollectorFailure(
    'answer-not-understood',
    `What the product told cannot be right: ${faults.slice(0, NAMED).join('; ')}${more}.`,
  );
}

type Fault = (text: string) => void;

/** What a package's header says of it: one that is wrong would keep the hours of every product back. */
function checkProduct({ id, type, version }: ProductIdentity, fault: Fault): void {
  if (!UUID.test(id)) fault(`the product's id ${JSON.stringify(id.slice(0, 100))} is no lower-case UUID`);
  if (!PRODUCT_TYPE.test(type)) fault(`the product's type ${JSON.stringify(type.slice(0, 100))}`);
  if (!VERSION.test(version) || version.length > LIMITS.textLength)
    fault(`the product's version ${JSON.stringify(version.slice(0, 100))} is no plain text`);
}

function checkMachine(machine: MachineState, fault: Fault): void {
  const of = (text: string) => fault(`machine ${machine.id}: ${text}`);
  if (!UUID.test(machine.uuid)) of(`${JSON.stringify(machine.uuid)} is no lower-case UUID`);
  if (!POWERS.has(machine.power)) of(`power ${JSON.stringify(machine.power)}`);
  integer(machine.vcpus, UINT16, 'vcpus', of);
  integer(machine.memoryMib, UINT32, 'memoryMib', of);
  integer(machine.reservationMib, UINT32, 'reservationMib', of);
  integer(machine.storageMib, UINT53, 'storageMib', of);
  codes(machine.services, 'services', of);
}

function checkHost(host: HostState, fault: Fault): void {
  const of = (text: string) => fault(`host ${host.id}: ${text}`);
  integer(host.sockets, UINT16, 'sockets', of);
  integer(host.coresPerSocket, UINT16, 'coresPerSocket', of);
  integer(host.memoryMib, UINT32, 'memoryMib', of);
  if (!CATEGORIES.has(host.license.category)) of(`license category ${JSON.stringify(host.license.category)}`);
}

function checkCluster(cluster: ClusterState, fault: Fault): void {
  const of = (text: string) => fault(`cluster ${cluster.id}: ${text}`);
  integer(cluster.vsanUsedMib, UINT53, 'vsanUsedMib', of);
  integer(cluster.vsanRawMib, UINT53, 'vsanRawMib', of);
  codes(cluster.features, 'features', of);
}

function instant(value: number, name: string, fault: Fault): void {
  if (!Number.isSafeInteger(value) || value < 0) fault(`${name} ${value} is no time in whole seconds`);
}

function integer(value: number, most: number, name: string, fault: Fault): void {
  if (!Number.isInteger(value) || value < 0 || value > most)
    fault(`${name} ${value} is no integer from 0 to ${most}`);
}

function codes(list: readonly string[], name: string, fault: Fault): void {
  const sound = list.every((code, index) => CODE.test(code) && (index === 0 || list[index - 1]! < code));
  if (!sound || list.length > 64)
    fault(`${name} ${JSON.stringify(list.slice(0, 8))} are no ascending codes, 64 at most`);
}

/** What the contract's schemas say, so that no limit is written twice. */
function patternOf(schema: object): RegExp {
  return new RegExp((schema as { readonly pattern: string }).pattern);
}

function mostOf(schema: object): number {
  return (schema as { readonly maximum: number }).maximum;
}
