/**
 * The UUIDs that records name machines by. A vCenter gives each machine an instance UUID of its own, but a restore or a copied
 * disk can bring one that is there already: the first keeps it, the others get one that is made of it and their id, the same
 * each time.
 */
import { derivedUuid } from '../../../identity/index.ts';
import type { Machine } from './machine.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class MachineUuids {
  readonly #product: string;
  readonly #owners = new Map<string, string>();
  readonly #told = new Set<string>();
  readonly #onDuplicate: (uuid: string, first: string, second: string) => void;

  constructor(product: string, onDuplicate: (uuid: string, first: string, second: string) => void) {
    this.#product = product;
    this.#onDuplicate = onDuplicate;
  }

  /** Gives the machine its UUID, or another one where its own has changed. */
  give(machine: Machine): void {
    const { id } = machine;
    const own = [machine.instanceUuid, machine.biosUuid].find((uuid) => UUID.test(uuid));
    if (own === undefined) {
      machine.uuid ||= derivedUuid(this.#product, id);
      return;
    }
    const owner = this.#owners.get(own);
    if (owner === undefined) this.#owners.set(own, id);
    if (owner === undefined || owner === id) {
      machine.uuid = own;
      return;
    }
    machine.uuid = derivedUuid(this.#product, own, id);
    const note = `${own} ${id}`;
    if (this.#told.has(note)) return;
    this.#told.add(note);
    this.#onDuplicate(own, owner, id);
  }

  /** The machine is gone: another one may come with its UUID, as when it is registered again. */
  free({ id, uuid }: Machine): void {
    if (this.#owners.get(uuid) === id) this.#owners.delete(uuid);
  }
}
