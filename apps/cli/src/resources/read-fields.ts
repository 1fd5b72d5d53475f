import { text } from 'node:stream/consumers';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { askChoice, askSecret, askText, canAsk } from '../terminal/ask.ts';
import type { Field } from './resource.ts';

type Options = Readonly<Record<string, unknown>>;

/**
 * The body that the flags make. What is needed and was not given is asked for on a terminal.
 * @throws Failure that names every fault and everything that is missing
 */
export async function readFields(
  fields: readonly Field[],
  options: Options,
  verb: 'create' | 'change',
): Promise<Record<string, unknown>> {
  const given = new Map<Field, string>();
  for (const field of fields) {
    const value = options[attributeOf(field)];
    if (field.secret && value === true) given.set(field, await readSecret(field));
    else if (typeof value === 'string') given.set(field, value);
  }
  const missing = fields.filter(
    (field) => verb === 'create' && field.create === 'needed' && !given.has(field),
  );
  if (canAsk()) for (const field of missing) given.set(field, await ask(field));
  const faults = canAsk() ? [] : missing.map(({ flags, words }) => `${flags} is missing: ${words}`);
  const body: Record<string, unknown> = {};
  for (const [field, value] of given) {
    try {
      body[field.member] = memberValue(field, value);
    } catch (error) {
      faults.push(`${nameOf(field)}: ${(error as Error).message}`);
    }
  }
  if (faults.length > 0) {
    throw new Failure('The command line has faults.', EXIT.usage, { faults, advice: '--help tells more.' });
  }
  if (verb === 'change' && given.size === 0) {
    throw new Failure('There is nothing to change.', EXIT.usage, {
      advice: `Say what: ${fields.map(nameOf).join(', ')}.`,
    });
  }
  return body;
}

function memberValue({ parse, removable }: Field, text: string): unknown {
  if (removable && text === '') return null;
  return parse === undefined ? text : parse(text);
}

async function ask(field: Field): Promise<string> {
  const { choices, parse, secret } = field;
  const message = questionOf(field);
  const check = (answer: string) => faultOf(answer, parse);
  if (secret) return askSecret({ message, check });
  if (choices === undefined) return askText({ message, check });
  return askChoice(
    message,
    choices.map((value) => ({ value, label: value })),
  );
}

/** `Rule set: which rules rate its usage`; of words that tell a flag's way of reading, what the person is to type. */
function questionOf({ flags, words, question }: Field): string {
  const name = flags.split(' ')[0]!.slice(2).replaceAll('-', ' ');
  return question ?? `${name[0]!.toUpperCase()}${name.slice(1)}: ${words}`;
}

function faultOf(answer: string, parse: Field['parse']): string | undefined {
  if (answer === '') return 'It is needed.';
  try {
    parse?.(answer);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** From a terminal it is asked for; otherwise it is all of standard input but its last line end. */
async function readSecret(field: Field): Promise<string> {
  return canAsk() ? ask(field) : (await text(process.stdin)).replace(/\r?\n$/, '');
}

const nameOf = ({ flags }: Field): string => flags.split(' ')[0]!;

/** `--country-region` → `countryRegion`, as commander calls it. */
const attributeOf = (field: Field): string =>
  nameOf(field)
    .slice(2)
    .replaceAll(/-([a-z])/g, (_dash, letter: string) => letter.toUpperCase());
