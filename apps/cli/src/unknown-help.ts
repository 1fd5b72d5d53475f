import type { Command, Option } from 'commander';

const HELP = new Set(['-h', '--help']);

/**
 * The words as they are to be read: who asks for the help of a command that is not there is told so, as without asking, where
 * commander shows the help of the group and lets the word pass. What is returned then ends with that word.
 */
export function withoutUnknownHelp(program: Command, words: readonly string[]): readonly string[] {
  if (!words.some((word) => HELP.has(word))) return words;
  let command = program;
  for (let at = 0; at < words.length && words[at] !== '--'; at += 1) {
    const word = words[at]!;
    if (word.startsWith('-')) {
      if (takesNext(command, word, words[at + 1])) at += 1;
      continue;
    }
    const next = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (next !== undefined) command = next;
    else if (command.commands.length > 0 && command.registeredArguments.length === 0)
      return words.slice(0, at + 1).filter((one) => !HELP.has(one));
    else return words;
  }
  return words;
}

/** Whether the word behind an option is its value. */
function takesNext(command: Command, word: string, next: string | undefined): boolean {
  const option = optionOf(command, word);
  if (option === undefined || next === undefined) return false;
  return option.required || (option.optional && !next.startsWith('-'));
}

function optionOf(command: Command | null, word: string): Option | undefined {
  if (command === null) return undefined;
  return (
    command.options.find(({ short, long }) => short === word || long === word) ??
    optionOf(command.parent, word)
  );
}
