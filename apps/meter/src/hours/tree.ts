/** What a product consists of, as the ledger holds it: by kind and id. */
import type { ClusterState, HostState, MachineState, Place } from '../inventory/index.ts';
import { keptCluster, keptHost, keptMachine, keptPlace } from './kept-states.ts';

/** A machine with the label that it had from that moment on. */
export interface MeteredMachine extends MachineState {
  readonly customer: string;
}

export interface Things {
  readonly machine: MeteredMachine;
  readonly host: HostState;
  readonly cluster: ClusterState;
  readonly place: Place;
}
export type Kind = keyof Things;
export const KINDS: readonly Kind[] = ['place', 'cluster', 'host', 'machine'];

export type Tree = { readonly [K in Kind]: Map<string, Things[K]> };

/** A thing's state from `at` on; undefined: it is gone. */
export interface MutationOf<K extends Kind> {
  readonly kind: K;
  readonly at: number;
  readonly id: string;
  readonly state: Things[K] | undefined;
}
export type Mutation = { [K in Kind]: MutationOf<K> }[Kind];

export function emptyTree(): Tree {
  return { place: new Map(), cluster: new Map(), host: new Map(), machine: new Map() };
}

/** Another tree of the same states. */
export function copyTree(tree: Tree): Tree {
  return {
    place: new Map(tree.place),
    cluster: new Map(tree.cluster),
    host: new Map(tree.host),
    machine: new Map(tree.machine),
  };
}

export function applyMutation(tree: Tree, { kind, id, state }: Mutation): void {
  const things = tree[kind] as Map<string, unknown>;
  if (state === undefined) things.delete(id);
  else things.set(id, state);
}

/** The mutation with a state of the ledger's own, which shares what is equal with the state before. */
export function keptMutation(tree: Tree, mutation: Mutation): Mutation {
  const { kind, at, id, state } = mutation;
  if (state === undefined) return mutation;
  switch (kind) {
    case 'machine':
      return { kind, at, ...keptMachine(state, tree.machine.get(id)) };
    case 'host':
      return { kind, at, ...keptHost(state, tree.host.get(id)) };
    case 'cluster':
      return { kind, at, ...keptCluster(state, tree.cluster.get(id)) };
    case 'place':
      return { kind, at, ...keptPlace(state, tree.place.get(id)) };
  }
}
