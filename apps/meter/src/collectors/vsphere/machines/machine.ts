/** A machine as the vCenter's properties have it, and as it was told last. */
import type { PowerState } from '@meterhouse/contract';
import type { MachineState } from '../../../inventory/index.ts';
import { kept, plainName, type SharedTexts } from '../kept-text.ts';
import { MOST_MIB, MOST_VCPUS } from '../limits.ts';
import type { ObjectProperties } from '../soap/vim-session.ts';
import type { XmlElement } from '../soap/xml-element.ts';

/** What of a machine an update speaks of, as bits. */
export const TOUCHES = Object.freeze({ power: 1, config: 2, place: 4, again: 8 });

const NO_SERVICES: readonly string[] = Object.freeze([]);
const POWER: Readonly<Record<string, PowerState>> = {
  poweredOn: 'on',
  poweredOff: 'off',
  suspended: 'suspended',
};

export class Machine {
  readonly id: string;
  name = '';
  template = false;
  instanceUuid = '';
  biosUuid = '';
  /** What records name it by; given when it is first told. */
  uuid = '';
  power: PowerState = 'off';
  vcpus = 0;
  memoryMib = 0;
  reservationMib = 0;
  storageMib = 0;
  host: string | undefined;
  pool: string | undefined;
  folder: string | undefined;
  vapp: string | undefined;
  /** The sweep that saw it last. */
  sweep = 0;
  /** The state that was told last; undefined while it does not count: before it is made, after it is gone, as a template. */
  told: MachineState | undefined;

  constructor(id: string) {
    this.id = id;
  }

  /** False while the vCenter has not said enough, as of a machine that it cannot reach. */
  get complete(): boolean {
    return this.vcpus > 0 && this.memoryMib > 0;
  }

  /** Takes an update in. @returns what it speaks of, by TOUCHES */
  take({ values }: ObjectProperties, texts: SharedTexts): number {
    let touches = 0;
    for (const { path, value } of values) touches |= this.#set(path, value, texts);
    return touches;
  }

  #set(path: string, value: XmlElement | undefined, texts: SharedTexts): number {
    const text = value?.text ?? '';
    switch (path) {
      case 'runtime.powerState':
        this.power = POWER[text] ?? this.power;
        return TOUCHES.power;
      case 'runtime.host':
        this.host = shared(text, texts);
        return TOUCHES.place;
      case 'resourcePool':
        this.pool = shared(text, texts);
        return TOUCHES.place;
      case 'parent':
        this.folder = shared(text, texts);
        return TOUCHES.place;
      case 'parentVApp':
        this.vapp = shared(text, texts);
        return TOUCHES.place;
      case 'name':
        // A machine that cannot be reached any more has no name; it keeps the one that it had.
        if (text !== '') this.name = plainName(kept(text));
        return TOUCHES.config;
      case 'config.template':
        this.template = text === 'true' || text === '1';
        return TOUCHES.config;
      case 'config.instanceUuid':
        this.instanceUuid = kept(text.toLowerCase());
        return TOUCHES.config;
      case 'config.uuid':
        // Kept only where it is needed: nearly every machine has an instance UUID.
        this.biosUuid = this.instanceUuid === '' ? kept(text.toLowerCase()) : '';
        return TOUCHES.config;
      case 'config.hardware.numCPU':
        this.vcpus = whole(text, this.vcpus, MOST_VCPUS);
        return TOUCHES.config;
      case 'config.hardware.memoryMB':
        this.memoryMib = whole(text, this.memoryMib, MOST_MIB);
        return TOUCHES.config;
      case 'config.memoryAllocation.reservation':
        this.reservationMib = whole(text, this.reservationMib, MOST_MIB);
        return TOUCHES.config;
      case 'summary.storage.committed':
        this.storageMib = Math.ceil(whole(text, 0) / 2 ** 20);
        return 0;
      case 'config.changeVersion':
        return TOUCHES.again;
      default:
        return 0;
    }
  }
}

/** @param folders where vApps stand, by their ids: a machine of a vApp has no folder of its own */
export function stateOf(machine: Machine, folders: ReadonlyMap<string, string | undefined>): MachineState {
  return {
    id: machine.id,
    uuid: machine.uuid,
    name: machine.name,
    power: machine.power,
    vcpus: machine.vcpus,
    memoryMib: machine.memoryMib,
    reservationMib: machine.reservationMib,
    storageMib: machine.storageMib,
    services: NO_SERVICES,
    host: machine.host,
    pool: machine.pool ?? machine.vapp,
    folder: machine.folder ?? (machine.vapp === undefined ? undefined : folders.get(machine.vapp)),
  };
}

export function sameConfig(a: MachineState, b: MachineState): boolean {
  return (
    a.vcpus === b.vcpus &&
    a.memoryMib === b.memoryMib &&
    a.reservationMib === b.reservationMib &&
    a.name === b.name &&
    a.uuid === b.uuid
  );
}

export function samePlace(a: MachineState, b: MachineState): boolean {
  return a.host === b.host && a.pool === b.pool && a.folder === b.folder;
}

export function sameState(a: MachineState, b: MachineState): boolean {
  return a.power === b.power && sameConfig(a, b) && samePlace(a, b);
}

function shared(text: string, texts: SharedTexts): string | undefined {
  return text === '' ? undefined : texts.of(text);
}

/** What is no number that can be is as good as not said. */
function whole(text: string, otherwise: number, most = Number.MAX_SAFE_INTEGER): number {
  const value = Number(text);
  return text !== '' && Number.isSafeInteger(value) && value >= 0 && value <= most ? value : otherwise;
}
