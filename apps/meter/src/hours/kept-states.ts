/**
 * States as the ledger keeps them. A parser's strings are mostly slices of the text they were read from, and a slice keeps
 * that text alive: 50,000 names would hold on to every answer of the hypervisor. So texts are copied, once, and shared
 * with the state before wherever they are equal.
 */
import type { ClusterState, HostState, Place } from '../inventory/index.ts';
import type { MeteredMachine } from './tree.ts';

interface Kept<T> {
  readonly id: string;
  readonly state: T;
}

export function keptMachine(next: MeteredMachine, before?: MeteredMachine): Kept<MeteredMachine> {
  const id = keptText(next.id, before?.id);
  const state: MeteredMachine = {
    id,
    uuid: keptText(next.uuid, before?.uuid),
    name: keptText(next.name, before?.name),
    power: next.power,
    vcpus: next.vcpus,
    memoryMib: next.memoryMib,
    reservationMib: next.reservationMib,
    storageMib: next.storageMib,
    services: keptTexts(next.services, before?.services),
    host: keptIfAny(next.host, before?.host),
    pool: keptIfAny(next.pool, before?.pool),
    folder: keptIfAny(next.folder, before?.folder),
    customer: keptText(next.customer, before?.customer),
  };
  return { id, state };
}

export function keptHost(next: HostState, before?: HostState): Kept<HostState> {
  const id = keptText(next.id, before?.id);
  const { key, category, edition, sku } = next.license;
  const state: HostState = {
    id,
    name: keptText(next.name, before?.name),
    cluster: keptIfAny(next.cluster, before?.cluster),
    place: keptIfAny(next.place, before?.place),
    sockets: next.sockets,
    coresPerSocket: next.coresPerSocket,
    memoryMib: next.memoryMib,
    model: keptText(next.model, before?.model),
    license: {
      key: keptText(key, before?.license.key),
      category,
      edition: keptText(edition, before?.license.edition),
      sku: keptText(sku, before?.license.sku),
    },
  };
  return { id, state };
}

export function keptCluster(next: ClusterState, before?: ClusterState): Kept<ClusterState> {
  const id = keptText(next.id, before?.id);
  const state: ClusterState = {
    id,
    name: keptText(next.name, before?.name),
    vsanUsedMib: next.vsanUsedMib,
    vsanRawMib: next.vsanRawMib,
    features: keptTexts(next.features, before?.features),
    edition: keptText(next.edition, before?.edition),
  };
  return { id, state };
}

export function keptPlace(next: Place, before?: Place): Kept<Place> {
  const id = keptText(next.id, before?.id);
  const state: Place = {
    id,
    type: next.type,
    name: keptText(next.name, before?.name),
    parent: keptIfAny(next.parent, before?.parent),
  };
  return { id, state };
}

const NOTHING: readonly string[] = Object.freeze([]);
/** V8 copies shorter pieces and slices longer ones. */
const SLICED_FROM = 13;

function keptText(next: string, before: string | undefined): string {
  if (next === before) return before;
  // To UTF-8 and back: a copy, and half a surrogate pair, which no record may hold, becomes U+FFFD.
  return next.length < SLICED_FROM ? next.toWellFormed() : Buffer.from(next, 'utf8').toString('utf8');
}

function keptIfAny(next: string | undefined, before: string | undefined): string | undefined {
  return next === undefined ? undefined : keptText(next, before);
}

function keptTexts(next: readonly string[], before: readonly string[] | undefined): readonly string[] {
  if (next.length === 0) return NOTHING;
  if (before?.length === next.length && before.every((text, index) => text === next[index])) return before;
  return next.map((text) => keptText(text, undefined));
}
