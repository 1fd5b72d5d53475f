import type { Command } from 'commander';

/** Options that every command takes. */
export interface Globals {
  readonly server?: string;
  readonly profile?: string;
  /** Name or UUID of the organisation that an operator acts in. */
  readonly organisation?: string;
  /** PEM file of an authority to trust. */
  readonly caFile?: string;
  readonly json?: boolean;
}

/** The options of a command together with those that every command takes. */
export function optionsOf<Options>(command: Command): Options & Globals {
  return command.optsWithGlobals<Options & Globals>();
}

/** The examples at the end of a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ meterhouse ${line}`).join('\n')}`;
}
