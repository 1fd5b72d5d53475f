import type { HostState, MachineState, Place } from '../inventory/index.ts';

/** Whose a machine is. The rules behind it are applied from the next reading on, never backwards. */
export interface Labels {
  /** Another one whenever the rules are others. */
  readonly version: string;
  /**
   * The label of a machine; `''` where no rule matches, which reports show as "No Customer Label".
   * @param places every place of the product by its id, to look upwards from where the machine is
   */
  customerOf(machine: MachineState, host: HostState | undefined, places: ReadonlyMap<string, Place>): string;
}

/** Without any rule. */
export const NO_LABELS: Labels = Object.freeze({ version: '', customerOf: () => '' });
