/** What the event history says of machines. Only types that tell something which is metered are asked for. */
import type { PowerState } from '@meterhouse/contract';
import { kept } from '../kept-text.ts';
import { MOST_MIB, MOST_VCPUS } from '../limits.ts';
import type { XmlElement } from '../soap/xml-element.ts';

export interface MachineEvent {
  /** Counts up within one vCenter; the same event always has the same. */
  readonly key: number;
  /** Milliseconds since the epoch by the vCenter's clock. */
  readonly at: number;
  /** Id of the machine. */
  readonly machine: string;
  readonly what: 'making' | 'named' | 'made' | 'removed' | 'power' | 'moved' | 'configured' | 'renamed';
  readonly power?: PowerState;
  /** Id of the host from then on. */
  readonly host?: string;
  readonly name?: string;
  readonly uuid?: string;
  /** For `making` and `configured`: what it became. */
  readonly vcpus?: number;
  readonly memoryMib?: number;
  readonly reservationMib?: number;
  /** For `configured`: the event says what was changed, so what it does not name stayed as it was. */
  readonly told?: boolean;
}

const TYPES: Readonly<Record<string, Pick<MachineEvent, 'what' | 'power'>>> = {
  VmPoweredOnEvent: { what: 'power', power: 'on' },
  DrsVmPoweredOnEvent: { what: 'power', power: 'on' },
  VmRestartedOnAlternateHostEvent: { what: 'power', power: 'on' },
  VmPoweredOffEvent: { what: 'power', power: 'off' },
  VmPowerOffOnIsolationEvent: { what: 'power', power: 'off' },
  VmShutdownOnIsolationEvent: { what: 'power', power: 'off' },
  VmSuspendedEvent: { what: 'power', power: 'suspended' },
  VmBeingCreatedEvent: { what: 'making' },
  VmInstanceUuidAssignedEvent: { what: 'named' },
  VmCreatedEvent: { what: 'made' },
  VmClonedEvent: { what: 'made' },
  VmRegisteredEvent: { what: 'made' },
  VmDeployedEvent: { what: 'made' },
  VmDiscoveredEvent: { what: 'made' },
  VmRemovedEvent: { what: 'removed' },
  VmMigratedEvent: { what: 'moved' },
  DrsVmMigratedEvent: { what: 'moved' },
  VmRelocatedEvent: { what: 'moved' },
  VmResourcePoolMovedEvent: { what: 'moved' },
  VmReconfiguredEvent: { what: 'configured' },
  VmRenamedEvent: { what: 'renamed' },
};

/** For the filter of an event collector. A reset (`VmResettingEvent`) changes nothing that is metered and is not asked for. */
export const EVENT_TYPES: readonly string[] = Object.keys(TYPES);

/** When an event was; NaN where it does not say. */
export function timeOf(event: XmlElement): number {
  return Date.parse(event.textOf('createdTime') ?? '');
}

/** undefined for an event of another kind, or one that names no machine or no time. */
export function readEvent(event: XmlElement): MachineEvent | undefined {
  const kind = TYPES[event.type];
  const machine = event.textOf('vm', 'vm');
  const at = timeOf(event);
  if (kind === undefined || machine === undefined || Number.isNaN(at)) return undefined;
  const base = { key: Number(event.textOf('key')), at, machine: kept(machine), ...kind };
  const host = event.textOf('host', 'host');
  switch (kind.what) {
    case 'moved': {
      // vcsim writes the host that the machine left into both places; and where they are one, only storage or pool moved.
      const to = host === event.textOf('sourceHost', 'host') ? undefined : host;
      return to === undefined ? base : { ...base, host: kept(to) };
    }
    case 'making':
    case 'configured': {
      const spec = event.child('configSpec');
      return { ...base, ...configurationOf(spec), told: spec !== undefined, ...named(event) };
    }
    case 'named':
      return { ...base, uuid: (event.textOf('instanceUuid') ?? '').toLowerCase() };
    case 'made':
      return { ...base, ...named(event), ...(host !== undefined && { host: kept(host) }) };
    case 'renamed':
      return { ...base, name: kept(event.textOf('newName') ?? '') };
    default:
      return base;
  }
}

function named(event: XmlElement): { name?: string } {
  const name = event.textOf('vm', 'name');
  return name === undefined ? {} : { name: kept(name) };
}

function configurationOf(spec: XmlElement | undefined): Partial<MachineEvent> {
  const vcpus = whole(spec?.textOf('numCPUs'), MOST_VCPUS);
  const memoryMib = whole(spec?.textOf('memoryMB'), MOST_MIB);
  const reservationMib = whole(spec?.textOf('memoryAllocation', 'reservation'), MOST_MIB);
  return {
    ...(vcpus && { vcpus }),
    ...(memoryMib && { memoryMib }),
    ...(reservationMib !== undefined && { reservationMib }),
  };
}

function whole(text: string | undefined, most: number): number | undefined {
  if (text === undefined || !/^\d{1,15}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= most ? value : undefined;
}
