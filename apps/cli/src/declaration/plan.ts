/**
 * A plan is what lies between a declaration and what the service has: steps, in the order in which they can be made. What
 * something refers to comes before it (organisation, contract, site, customer, rule, meter, token), and goes after it.
 * A plan is made by reading alone; each step names the sequence that was read, so that a step that would overwrite what somebody
 * did meanwhile is refused by the service.
 */
import type { PlacedFault } from '@meterhouse/contract/declaration';
import type { Place } from './place.ts';

export type Kind =
  | 'organisation'
  | 'quotas'
  | 'person'
  | 'contract'
  | 'site'
  | 'customer'
  | 'customer rule'
  | 'meter'
  | 'API token';

export interface FieldChange {
  readonly field: string;
  /** Undefined: there was none. */
  readonly from: unknown;
  readonly to: unknown;
}

export interface Step {
  readonly action: 'create' | 'change' | 'delete';
  readonly organisation: string;
  readonly kind: Kind;
  /** How people call it. */
  readonly name: string;
  /** Of what is made, and of what is changed; never a secret. */
  readonly fields: readonly FieldChange[];
  /** Makes it so, once however often it has to be sent. */
  carryOut(): Promise<void>;
}

export interface Plan {
  readonly steps: readonly Step[];
  /** Declared things that are so already. */
  readonly unchanged: number;
  /** What is not done and why, and what a person should look at. */
  readonly warnings: readonly string[];
}

/** The making of a plan for one organisation. */
export interface Planning {
  readonly place: Place;
  readonly prune: boolean;
  /** `/organisations/0` */
  readonly at: string;
  readonly steps: Step[];
  /** In the order of making; they are carried out in the opposite one. */
  readonly deletions: Step[];
  readonly faults: PlacedFault[];
  readonly warnings: string[];
  /** Counts something that is so already. */
  same(): void;
}
