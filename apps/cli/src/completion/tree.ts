import type { Command, Option } from 'commander';

/** One command with what may follow it. */
export interface Node {
  /** The words that lead to it: `meters list`. */
  readonly path: string;
  readonly words: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly OptionWords[];
  /** The choices of its first argument, where there are such. */
  readonly choices: readonly string[];
}

export interface OptionWords {
  readonly long: string;
  readonly summary: string;
  readonly takes: 'nothing' | 'file' | 'folder' | 'choice' | 'text';
  readonly choices: readonly string[];
}

/** The program and all its commands, each with the options of those above it, since these may stand anywhere. */
export function nodesOf(
  command: Command,
  path: readonly string[] = [],
  above: readonly Option[] = [],
): Node[] {
  const own = [...command.createHelp().visibleOptions(command)];
  const children = command.createHelp().visibleCommands(command);
  const passed = [...above, ...command.options];
  return [
    {
      path: path.join(' '),
      words: children.map((child) => ({
        name: child.name(),
        summary: summaryOf(child.summary() || child.description()),
      })),
      options: [...own, ...above].filter(({ hidden }) => !hidden).flatMap(optionWords),
      choices: command.registeredArguments[0]?.argChoices ?? [],
    },
    ...children
      .filter((child) => child.name() !== 'help')
      .flatMap((child) => nodesOf(child, [...path, child.name()], passed)),
  ];
}

function optionWords(option: Option): OptionWords[] {
  if (option.long == null) return [];
  const choices = option.argChoices ?? [];
  return [{ long: option.long, summary: summaryOf(option.description), takes: takenBy(option), choices }];
}

function takenBy({ argChoices, flags, required, optional }: Option): OptionWords['takes'] {
  if (!required && !optional) return 'nothing';
  if (argChoices) return 'choice';
  if (/<(file|pem)>/.test(flags)) return 'file';
  return /<(dir|folder)>/.test(flags) ? 'folder' : 'text';
}

/** The first sentence, without what a shell's quotes would stumble over. */
function summaryOf(text: string): string {
  const [sentence = ''] = text.split(/[\n.:;]/, 1);
  return sentence.replaceAll(/['"`$\\[\]]/g, '');
}
