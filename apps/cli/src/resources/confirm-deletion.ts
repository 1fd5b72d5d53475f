import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { askYes, canAsk } from '../terminal/ask.ts';

/**
 * Asks before something is done that cannot be undone by the same command.
 * @throws Failure when the person says no, or nobody can be asked and --yes was not given
 */
export async function confirmDeletion(question: string, yes: boolean | undefined): Promise<void> {
  if (yes) return;
  if (!canAsk()) {
    throw new Failure(`${question} There is no terminal to ask.`, EXIT.usage, {
      advice: 'Say --yes if it is meant.',
    });
  }
  if (!(await askYes(question))) throw new Failure('Nothing was done.', EXIT.stopped);
}
