import type { ProblemError } from '@meterhouse/client';
import { explain } from '../explain.ts';
import { Failure } from '../failure.ts';
import type { Resource } from './resource.ts';

/** What a command did to a resource when the service refused. */
interface Doing {
  readonly verb: 'show' | 'create' | 'change' | 'delete';
  /** The item, as it was named; where it is made, by its body. */
  readonly named?: string;
  readonly body?: unknown;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Does it; what the service refuses is told in the words of the command line: commands and flags, not calls and members. */
export async function inWords<Item, Result>(
  resource: Resource<Item>,
  doing: Doing,
  act: () => Promise<Result>,
): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw reworded(resource, doing, error);
  }
}

function reworded<Item>(resource: Resource<Item>, doing: Doing, error: unknown): unknown {
  if (!isProblem(error)) return error;
  const { verb, named, body, options } = doing;
  const { name, one, fields = [], parent, id, words } = resource;
  if (error.code === 'not-found' && named !== undefined) {
    const flag = parent?.flags.split(' ')[0];
    const of = flag === undefined ? '' : ` ${flag} ${String(options[flag.slice(2)])}`;
    const list = `meterhouse ${name} list${of} shows those that there are.`;
    return told(error, {
      message: `There is no ${one} ${named}.`,
      ...(words.list !== undefined && { advice: list }),
    });
  }
  if (error.code === 'in-use' && verb === 'delete') {
    const why = (error.detail ?? 'it is in use.').replace(/; `references` names the first 20[^.;]*/, '');
    return told(error, {
      message: `The ${one} ${named} cannot be deleted: ${why}`,
      faults: referencesOf(error),
    });
  }
  if (error.code === 'already-exists' && verb === 'create' && id.called === undefined && words.change) {
    const own = id.of(body as Item);
    return told(error, {
      message: `There is a ${one} ${own} already.`,
      advice: `meterhouse ${name} change ${own} changes it.`,
    });
  }
  return inFlags(
    error,
    Object.fromEntries(fields.map(({ member, flags }) => [member, flags.split(' ')[0]!])),
  );
}

/** Faults at members of the body, told at the flags that make them. */
export function inFlags(error: unknown, flags: Readonly<Record<string, string>>): unknown {
  if (!isProblem(error) || error.errors.length === 0) return error;
  const faults = error.errors.map(({ pointer, message }) => {
    const flag = Object.hasOwn(flags, pointer.split('/')[1] ?? '')
      ? flags[pointer.split('/')[1]!]
      : undefined;
    return pointer === '' ? message : `${flag ?? pointer}: ${message}`;
  });
  return told(error, { faults });
}

/** `references` of a problem, at most 20 of each kind: what must go before. */
function referencesOf({ body }: ProblemError): string[] {
  const references = body?.references;
  if (typeof references !== 'object' || references === null) return [];
  return Object.entries(references).map(
    ([kind, names]) => `${KINDS[kind] ?? kind}: ${Array.isArray(names) ? names.join(', ') : String(names)}`,
  );
}

const KINDS: Readonly<Record<string, string>> = { customerRules: 'customer-rules' };

function told(
  error: ProblemError,
  words: { readonly message?: string; readonly faults?: readonly string[]; readonly advice?: string },
): Failure {
  const { message, exitCode, faults, advice, code, requestId } = explain(error)!;
  const hint = words.advice ?? advice;
  return new Failure(words.message ?? message, exitCode, {
    faults: words.faults ?? faults,
    ...(hint !== undefined && { advice: hint }),
    ...(code !== undefined && { code }),
    ...(requestId !== undefined && { requestId }),
  });
}

function isProblem(error: unknown): error is ProblemError {
  return error instanceof Error && error.name === 'ProblemError';
}
