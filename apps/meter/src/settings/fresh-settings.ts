/** The first `meter.yaml` of a meter: every setting with what it does, its default and its unit. */
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { TSchema } from 'typebox';
import { stringify } from 'yaml';
import { createDurably } from '../identity/durable-file.ts';
import { MeterError } from '../identity/index.ts';
import { type Described, MeterFile, type MeterFile as MeterFileContent, propertiesOf } from './file-shape.ts';
import { settingsFromText } from './read-settings.ts';
import type { MeterSettings } from './settings.ts';

const WIDTH = 100;

const OPENING = `What this meter meters, and where it sends that. Lines that are commented out show the default.
Each setting is also a variable or a flag, \`spool.limit\` for instance METERHOUSE_METER_SPOOL_LIMIT and --spool-limit.
All of it: docs/meter/settings.md. Passwords are never in this file: meterhouse meter products password NAME.`;

/**
 * Writes the file, durably. What the file gives is checked first, as if it were read.
 * @throws MeterError `already-initialised` when there is a file; `settings-refused` with every fault
 */
export async function writeSettings(path: string, first: MeterFileContent): Promise<MeterSettings> {
  const text = freshSettings(first);
  const settings = await settingsFromText(text, path);
  await mkdir(dirname(resolve(path)), { recursive: true, mode: 0o700 });
  if (!(await createDurably(path, text)))
    throw new MeterError(
      'already-initialised',
      `There is a ${path} already. Change that one, or choose another place.`,
    );
  return settings;
}

/** The text: what `first` has is set, all else stands there as a comment. */
export function freshSettings(first: MeterFileContent): string {
  const blocks = Object.entries(propertiesOf(MeterFile)).map(([name, described]) =>
    blockOf(name, described, (first as Readonly<Record<string, unknown>>)[name]),
  );
  return `${comment(OPENING, '')}\n\n${blocks.join('\n\n')}\n`;
}

function blockOf(name: string, described: Described, value: unknown): string {
  if (described.type === 'object') {
    const given = (value ?? {}) as Readonly<Record<string, unknown>>;
    return [`${name}:`, ...fieldsOf(described as unknown as TSchema, given)].join('\n');
  }
  if (described.type !== 'array')
    return `${comment(told(described), '')}\n${line(name, described, value, '')}`;
  const items = (value as readonly Readonly<Record<string, unknown>>[] | undefined) ?? [];
  const shape = described.items!;
  // The first entry shows all there is to say of one; further ones say what they say.
  const entries = items.map((item, at) => entryOf(shape, item, at === 0));
  const body = items.length === 0 ? exampleOf(name, shape) : [`${name}:`, ...entries].join('\n');
  return `${comment(told(described), '')}\n${body}`;
}

function fieldsOf(shape: TSchema, given: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(propertiesOf(shape)).flatMap(([name, described]) => [
    comment(told(described), '  '),
    line(name, described, given[name], '  '),
  ]);
}

function entryOf(shape: TSchema, item: Readonly<Record<string, unknown>>, whole: boolean): string {
  const fields = Object.entries(propertiesOf(shape));
  const lines = fields.flatMap(([name, described]) => {
    const value = item[name];
    if (!whole) return value === undefined ? [] : [`    ${name}: ${scalar(value)}`];
    return [comment(told(described), '    '), line(name, described, value, '    ')];
  });
  // The dash stands before the first field that is set; what is told of fields before it moves in front of the entry.
  const first = lines.findIndex((each) => !each.trimStart().startsWith('#'));
  return lines
    .map((each, at) => (at < first ? each.slice(2) : at === first ? `  - ${each.slice(4)}` : each))
    .join('\n');
}

/** A list that has nothing yet, shown with an entry in comments. */
function exampleOf(name: string, shape: TSchema): string {
  const fields = Object.entries(propertiesOf(shape));
  const lines = fields.flatMap(([field, described], at) => [
    comment(told(described), at === 0 ? '  # ' : '  #   '),
    `  # ${at === 0 ? '- ' : '  '}${field}: ${shown(described)}`,
  ]);
  return [`${name}:`, ...lines].join('\n');
}

function line(name: string, described: Described, value: unknown, indent: string): string {
  return value === undefined
    ? `${indent}# ${name}: ${shown(described)}`
    : `${indent}${name}: ${scalar(value)}`;
}

/** What stands behind a name that is commented out: the default, else an example. */
function shown({ default: fallback, examples, enum: choices }: Described): string {
  return scalar(fallback ?? examples?.[0] ?? choices?.[0] ?? '');
}

const scalar = (value: unknown) => stringify(value, { lineWidth: 0 }).trimEnd();

function told({ description = '', default: fallback, enum: choices }: Described): string {
  const among =
    choices !== undefined && !description.includes(choices[0]!) ? ` One of ${choices.join(', ')}.` : '';
  const otherwise = fallback === undefined ? '' : ` Default: ${fallback}.`;
  return `${description}${among}${otherwise}`;
}

/** Text as comment lines of a bearable width. */
function comment(text: string, indent: string): string {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let current = '';
    for (const word of paragraph.split(' ')) {
      if (current !== '' && current.length + word.length + 1 > WIDTH) {
        lines.push(current);
        current = word;
      } else current = current === '' ? word : `${current} ${word}`;
    }
    lines.push(current);
  }
  return lines.map((each) => `${indent}# ${each}`).join('\n');
}
