import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { examples } from '../commands/globals.ts';
import { withForms, withListForms } from '../output/form.ts';
import type { Field, Resource, Verb } from './resource.ts';

/** The commands of a resource: `list`, `show`, `create`, `change` and `delete`, as far as its table has words for them. */
export function resourceCommand<Item>(resource: Resource<Item>): Command {
  const group = new Command(resource.name).description(resource.about);
  for (const verb of VERBS) {
    if (resource.words[verb] !== undefined) group.addCommand(verbCommand(resource, verb));
  }
  return group;
}

const VERBS: readonly Verb[] = ['list', 'show', 'create', 'change', 'delete'];

/** One of the commands. */
export function verbCommand<Item>(resource: Resource<Item>, verb: Verb): Command {
  const build = {
    list: listVerb,
    show: showVerb,
    create: createVerb,
    change: changeVerb,
    delete: deleteVerb,
  };
  const command = build[verb](resource).description(resource.words[verb] ?? '');
  if (resource.parent !== undefined) command.requiredOption(resource.parent.flags, resource.parent.words);
  return command.addHelpText('after', examples(...(resource.examples[verb] ?? [])));
}

function listVerb<Item>(resource: Resource<Item>): Command {
  return withListForms(new Command('list'), resource.columns, resource.such!).action(
    async (_options: unknown, command: Command) => {
      const { listItems } = await import('./list-items.ts');
      await listItems(resource, command);
    },
  );
}

function showVerb<Item>(resource: Resource<Item>): Command {
  return withForms(new Command('show'), resource.columns)
    .addArgument(idArgument(resource))
    .action(async (id: string, _options: unknown, command: Command) => {
      const { showItem } = await import('./show-item.ts');
      await showItem(resource, id, command);
    });
}

function createVerb<Item>(resource: Resource<Item>): Command {
  const command = withFields(new Command('create'), fieldsOf(resource, 'create'), 'create');
  if (resource.secret !== undefined)
    command.option('--to <file>', `write the ${resource.secret} into this new file, readable by you alone`);
  return withForms(withKey(command), resource.columns).action(async (_options: unknown, command: Command) => {
    const { createItem } = await import('./create-item.ts');
    await createItem(resource, command);
  });
}

function changeVerb<Item>(resource: Resource<Item>): Command {
  const command = new Command('change').addArgument(idArgument(resource));
  withSequence(withFields(command, fieldsOf(resource, 'change'), 'change'));
  return withForms(withKey(command), resource.columns).action(
    async (id: string, _options: unknown, command: Command) => {
      const { changeItem } = await import('./change-item.ts');
      await changeItem(resource, id, command);
    },
  );
}

function deleteVerb<Item>(resource: Resource<Item>): Command {
  return withKey(withSequence(new Command('delete').addArgument(idArgument(resource))))
    .option('--yes', 'do not ask; needed where no terminal is')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { deleteItem } = await import('./delete-item.ts');
      await deleteItem(resource, id, command);
    });
}

/** The fields that a verb takes. */
export function fieldsOf<Item>({ fields = [] }: Resource<Item>, verb: 'create' | 'change'): readonly Field[] {
  return fields.filter((field) => field[verb]);
}

/** The flag of each field; whether one is missing is told later, all at once, or asked for. */
function withFields(command: Command, fields: readonly Field[], verb: 'create' | 'change'): Command {
  for (const { flags, words, choices, removable, create } of fields) {
    const needed = verb === 'create' && create === 'needed' ? ' (needed)' : '';
    const removed = verb === 'change' && removable ? "; '' takes it away" : '';
    const option = new Option(flags, `${words}${removed}${needed}`);
    command.addOption(choices === undefined ? option : option.choices(choices));
  }
  return command;
}

export function withSequence(command: Command): Command {
  return command.option(
    '--sequence <number>',
    'only if it has not changed since it had this sequence; otherwise the one that it has now',
    sequenceValue,
  );
}

export function withKey(command: Command): Command {
  return command.option(
    '--idempotency-key <text>',
    'the same key does it once, however often it is sent in a day; otherwise a fresh one',
  );
}

function idArgument<Item>({ id }: Resource<Item>): Argument {
  const argument = new Argument(`<${id.argument}>`, id.words);
  return id.parse === undefined ? argument : argument.argParser(id.parse);
}

function sequenceValue(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Write the sequence that "show" told.');
  return Number(text);
}
