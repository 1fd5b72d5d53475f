import type { ProblemFault } from './http/everywhere.ts';

/** What Ajv says of a fault, with `verbose` on. */
export interface AjvFault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly parentSchema?: Readonly<Record<string, unknown>>;
  readonly message?: string;
}

/** Ajv's faults in a person's words, one for each place and cause. Values are never repeated: they may be secrets. */
export function describeFaults(errors: readonly AjvFault[], prefix = ''): ProblemFault[] {
  const choices = errors.filter((error) => error.keyword === 'anyOf' || error.keyword === 'oneOf');
  const withinChoice = (error: AjvFault) =>
    choices.some((choice) => choice !== error && error.schemaPath.startsWith(`${choice.schemaPath}/`));
  const seen = new Set<string>();
  const faults: ProblemFault[] = [];
  for (const error of errors) {
    if (withinChoice(error)) continue;
    const fault = { pointer: prefix + placeOf(error), message: messageOf(error) };
    const key = `${fault.pointer}\n${fault.message}`;
    if (!seen.has(key)) faults.push(fault);
    seen.add(key);
  }
  return faults;
}

function placeOf({ keyword, instancePath, params }: AjvFault): string {
  if (keyword === 'required') return `${instancePath}/${escaped(params.missingProperty)}`;
  if (keyword === 'additionalProperties' && mayBeRepeated(params.additionalProperty))
    return `${instancePath}/${escaped(params.additionalProperty)}`;
  return instancePath;
}

/** No field of ours has a longer name; a token that was put where a name belongs has, and would be shown. */
const longestName = 24;
const mayBeRepeated = (name: unknown) => String(name).length <= longestName;
const escaped = (name: unknown) => String(name).replaceAll('~', '~0').replaceAll('/', '~1');

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
};

function messageOf({ keyword, instancePath, params, parentSchema = {}, message }: AjvFault): string {
  const { limit } = params;
  switch (keyword) {
    case 'required':
      return 'is required';
    case 'additionalProperties':
      return mayBeRepeated(params.additionalProperty)
        ? `is not known here; known are ${namesOf(parentSchema)}`
        : `has a field with a long name that is not known here; known are ${namesOf(parentSchema)}`;
    case 'type': {
      const types = [params.type].flat().map((type) => kinds[String(type)] ?? String(type));
      return instancePath === ''
        ? `a body is needed: ${types.join(' or ')}`
        : `must be ${types.join(' or ')}`;
    }
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[]).join(', ')}`;
    case 'const':
      return `must be ${JSON.stringify(params.allowedValue)}`;
    case 'anyOf':
    case 'oneOf':
      return choiceOf(parentSchema[keyword] as readonly Record<string, unknown>[]);
    case 'pattern':
    case 'format':
      return String(parentSchema['x-fault'] ?? `must have the form ${params.pattern ?? params.format}`);
    case 'minLength':
      return limit === 1 ? 'must not be empty' : `must have at least ${limit} characters`;
    case 'maxLength':
      return `must have at most ${limit} characters`;
    case 'minimum':
      return `must be at least ${limit}`;
    case 'maximum':
      return `must be at most ${limit}`;
    case 'exclusiveMinimum':
      return `must be more than ${limit}`;
    case 'exclusiveMaximum':
      return `must be less than ${limit}`;
    case 'minItems':
    case 'minProperties':
      return `must have at least ${limit} entries`;
    case 'maxItems':
    case 'maxProperties':
      return `must have at most ${limit} entries`;
    case 'uniqueItems':
      return 'must not have the same entry twice';
    default:
      return message ?? 'is not allowed';
  }
}

function namesOf(schema: Readonly<Record<string, unknown>>): string {
  const names = Object.keys((schema.properties as object | undefined) ?? {});
  return names.length === 0 ? 'none' : names.join(', ');
}

function choiceOf(choices: readonly Record<string, unknown>[]): string {
  const faults = choices.map((choice) => choice['x-fault']).filter((fault) => fault !== undefined);
  if (choices.every((choice) => 'const' in choice))
    return `must be one of ${choices.map((c) => c.const).join(', ')}`;
  if (faults.length === choices.length) return faults.join(', or ');
  return `must be ${choices.map((choice) => kinds[String(choice.type)] ?? choice.type ?? 'a known form').join(' or ')}`;
}
