import type { Column } from '../output/column.ts';

/** What may be done with the items of a resource; which of them there are is told by `words`. */
export type Verb = 'list' | 'show' | 'create' | 'change' | 'delete';

/** A field of an item that people set, and the flag that sets it. */
export interface Field {
  /** As commander takes it: `--name <text>`. */
  readonly flags: string;
  readonly words: string;
  /** What a person at a terminal is asked, where name and words make no question. */
  readonly question?: string;
  /** The member of the body. */
  readonly member: string;
  /** `needed` to make an item, `can` be given then, or left out of it. */
  readonly create?: 'needed' | 'can';
  /** May be changed later. */
  readonly change?: boolean;
  readonly choices?: readonly string[];
  /** Makes the member's value. @throws Error with what to write instead */
  readonly parse?: (text: string) => unknown;
  /** An empty text takes the value away. */
  readonly removable?: boolean;
  /** The flag takes no value: it is read from standard input, or asked for without showing it. */
  readonly secret?: boolean;
}

/** The item that holds those of this resource, such as the contract of a site. */
export interface Parent {
  /** `--contract <number>` */
  readonly flags: string;
  readonly words: string;
}

/**
 * A resource of the management API as one table: from it come the commands, their flags, their help and what they send.
 * The path holds `{parent}` where the resource has one.
 */
export interface Resource<Item> {
  /** `contracts` */
  readonly name: string;
  /** `contract` */
  readonly one: string;
  readonly about: string;
  readonly path: string;
  readonly parent?: Parent;
  /** What follows a verb to name an item, and the item's own id in paths. */
  readonly id: {
    readonly argument: string;
    readonly words: string;
    readonly of: (item: Item) => string;
    /** The member by which people call an item instead of its UUID. */
    readonly called?: string;
    /** A filter for those that are still called so. */
    readonly current?: string;
    /** Reads the argument. @throws what commander shows as wrong usage */
    readonly parse?: (text: string) => string;
  };
  readonly columns: readonly Column<Item>[];
  /** A filter and a sort of its list that help shows, as a shell takes them. */
  readonly such?: { readonly filter: string; readonly sort: string };
  readonly fields?: readonly Field[];
  /** The member of a fresh item that is told only once. */
  readonly secret?: string;
  /** What each verb does, in whole sentences. */
  readonly words: Readonly<Partial<Record<Verb, string>>>;
  /** Without the name of the program. */
  readonly examples: Readonly<Partial<Record<Verb, readonly string[]>>>;
  /** It belongs to who meters: operators make none in their own organisation unless they name it. */
  readonly metered?: boolean;
  /** Said in place of an empty table. */
  readonly empty: string;
}
