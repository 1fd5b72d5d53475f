import type { Command, HelpConfiguration } from 'commander';

/**
 * How help reads: a command tells of itself in whole sentences, wrapped to the reader's window; in a list of commands it has the
 * first of them, written as the options are.
 */
export const HELP_STYLE: HelpConfiguration = {
  showGlobalOptions: true,
  commandDescription: (command) => unwrapped(command.description()),
  subcommandDescription: (command) => fragmentOf(command),
};

/** Line breaks of the source become blanks; paragraphs stay. */
function unwrapped(text: string): string {
  return text.replaceAll(/(?<!\n)\n(?!\n)/g, ' ');
}

function fragmentOf(command: Command): string {
  const text = unwrapped(command.summary() || command.description());
  const [sentence = ''] = text.split(/\.(?=\s|$)/, 1);
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
