import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { plain } from './plain.ts';

/** True when a person can be asked: keys come from a terminal and questions go to one. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

interface Question {
  readonly message: string;
  /** What is wrong with an answer, and what to write instead; it is asked again. Nothing when it will do. */
  readonly check?: (answer: string) => string | undefined;
}

interface TextQuestion extends Question {
  /** Taken when nothing is typed. */
  readonly usual?: string;
}

export interface Choice<Value> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: string;
}

// Questions go to standard error, so that what a command prints can be piped while it asks.
const output = process.stderr;

/** It is loaded when something is asked: it would cost every command its time. */
async function prompts() {
  const clack = await import('@clack/prompts');
  // Ctrl-D ends the input. A question would wait for ever for more of it, and the process end in the middle of it.
  clack.updateSettings({ aliases: { '\u0004': 'cancel' } });
  // Some terminals say 0 where they do not know: a question would have a line for each of its characters.
  output.columns ||= 80;
  output.rows ||= 24;
  return clack;
}

export async function askText({ message, usual, check }: TextQuestion): Promise<string> {
  const { text } = await prompts();
  return answered(
    await text({
      message,
      output,
      ...(usual !== undefined && { placeholder: usual, defaultValue: usual }),
      validate: (answer) => check?.(answer || usual || ''),
    }),
  );
}

/** Asks for what nobody may read over a shoulder: nothing of it is shown, not even its length. */
export async function askSecret({ message, check }: Question): Promise<string> {
  const { password } = await prompts();
  return answered(
    await password({
      message,
      output,
      mask: '',
      // What cannot be seen cannot be mended either: it is typed anew.
      clearOnError: true,
      validate: (answer = '') => (answer.trim() === '' ? 'Nothing came.' : check?.(answer)),
    }),
  );
}

export async function askChoice<Value extends string>(
  message: string,
  choices: readonly Choice<Value>[],
): Promise<Value> {
  const { select } = await prompts();
  // Labels and hints are names that others gave.
  const options = choices.map(({ value, label, hint }) => ({
    value,
    label: plain(label),
    ...(hint !== undefined && { hint: plain(hint) }),
  })) as Parameters<typeof select<Value>>[0]['options'];
  return answered(await select<Value>({ message, output, options }));
}

/** No is what counts when only Enter is pressed. */
export async function askYes(message: string): Promise<boolean> {
  const { confirm } = await prompts();
  return answered(await confirm({ message, output, initialValue: false }));
}

/** @throws Failure when the person pressed Ctrl-C, Ctrl-D or Escape */
function answered<Answer>(answer: Answer): Exclude<Answer, symbol> {
  if (typeof answer === 'symbol') throw new Failure('Nothing was done.', EXIT.stopped);
  return answer as Exclude<Answer, symbol>;
}
