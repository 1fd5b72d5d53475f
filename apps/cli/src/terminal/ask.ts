import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

/** True when a person can be asked: keys come from a terminal and questions go to one. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

interface TextQuestion {
  readonly message: string;
  /** Taken when nothing is typed. */
  readonly usual?: string;
  /** What is wrong with an answer; nothing when it will do. */
  readonly check?: (answer: string) => string | undefined;
}

export interface Choice<Value> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: string;
}

// Questions go to standard error, so that what a command prints can be piped while it asks.
const output = process.stderr;

export async function askText({ message, usual, check }: TextQuestion): Promise<string> {
  const { text } = await import('@clack/prompts');
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
export async function askSecret(message: string): Promise<string> {
  const { password } = await import('@clack/prompts');
  const secret = await password({
    message,
    output,
    mask: '',
    validate: (answer) => (answer?.trim() ? undefined : 'Nothing came.'),
  });
  return answered(secret).trim();
}

export async function askChoice<Value extends string>(
  message: string,
  choices: readonly Choice<Value>[],
): Promise<Value> {
  const { select } = await import('@clack/prompts');
  const options = choices.map((choice) => ({ ...choice })) as Parameters<typeof select<Value>>[0]['options'];
  return answered(await select<Value>({ message, output, options }));
}

/** No is what counts when only Enter is pressed. */
export async function askYes(message: string): Promise<boolean> {
  const { confirm } = await import('@clack/prompts');
  return answered(await confirm({ message, output, initialValue: false }));
}

/** @throws Failure when the person pressed Ctrl-C or Escape */
function answered<Answer>(answer: Answer): Exclude<Answer, symbol> {
  if (typeof answer === 'symbol') throw new Failure('Nothing was done.', EXIT.stopped);
  return answer as Exclude<Answer, symbol>;
}
