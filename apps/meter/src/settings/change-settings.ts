/**
 * Edits of `meter.yaml` by the meter's API and commands. They keep a person's comments and order, and a file that would have a
 * fault afterwards is never written.
 */
import { readFile, realpath } from 'node:fs/promises';
import { type Document, isMap, isScalar, isSeq, parseDocument, YAMLMap, YAMLSeq } from 'yaml';
import { writeDurably } from '../identity/durable-file.ts';
import { MeterError } from '../identity/index.ts';
import type { CustomerRuleEntry, MeterFile, ProductEntry } from './file-shape.ts';
import { settingsFromText } from './read-settings.ts';
import type { MeterSettings } from './settings.ts';
import { numbered } from './settings-of.ts';

/** Fields by name; null takes a field out, so that its default holds. */
type Fields<Entry> = { readonly [Field in keyof Entry]?: Entry[Field] | null };

export type SettingsChange =
  | { readonly kind: 'add-product'; readonly product: ProductEntry }
  | { readonly kind: 'change-product'; readonly name: string; readonly fields: Fields<ProductEntry> }
  | { readonly kind: 'remove-product'; readonly name: string }
  | { readonly kind: 'add-rule'; readonly rule: CustomerRuleEntry }
  | { readonly kind: 'change-rule'; readonly id: number; readonly fields: Fields<CustomerRuleEntry> }
  | { readonly kind: 'remove-rule'; readonly id: number }
  | { readonly kind: 'change-privacy'; readonly fields: Fields<NonNullable<MeterFile['privacy']>> };

/** Changes of one file wait for each other within this process. */
const underWay = new Map<string, Promise<unknown>>();

/**
 * Makes changes in the file, all or none, and gives what it says then (the file alone, without environment and flags).
 *
 * @throws MeterError `settings-refused` when the file has a fault or would have one; `no-such-entry` when it has no such
 *   product or rule; `settings-changed-meanwhile` when somebody wrote the file at the same moment: read it and try again
 */
export async function changeSettings(
  path: string,
  ...changes: readonly SettingsChange[]
): Promise<MeterSettings> {
  const before = underWay.get(path) ?? Promise.resolve();
  const mine = before.catch(() => undefined).then(() => change(path, changes));
  underWay.set(path, mine);
  try {
    return await mine;
  } finally {
    if (underWay.get(path) === mine) underWay.delete(path);
  }
}

async function change(path: string, changes: readonly SettingsChange[]): Promise<MeterSettings> {
  const text = await textOf(path);
  // Refuses what is wrong already, so that an edit is not blamed for it.
  await settingsFromText(text ?? '', path);
  const changed = changedText(text ?? '', changes);
  const settings = await settingsFromText(changed, path);
  if ((await textOf(path)) !== text)
    throw new MeterError(
      'settings-changed-meanwhile',
      `${path} was changed by somebody else at this moment; nothing was written. Try again.`,
    );
  // A link, as configuration management likes to make, stays one.
  await writeDurably(text === undefined ? path : await realpath(path), changed);
  return settings;
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
}

/** The text after the changes. @throws MeterError `no-such-entry` */
export function changedText(text: string, changes: readonly SettingsChange[]): string {
  const document = parseDocument(text);
  if (!isMap(document.contents)) document.contents = document.createNode({}) as never;
  for (const one of changes) makeChange(document, one);
  return document.toString({
    lineWidth: 0,
    indentSeq: !/^[A-Za-z]+:[^\S\n]*\n(?:[^\S\n]*(?:#.*)?\n)*- /m.test(text),
    flowCollectionPadding: !/\{\S/.test(text),
  });
}

function makeChange(document: Document, change: SettingsChange): void {
  switch (change.kind) {
    case 'add-product':
      list(document, 'products').add(document.createNode({ ...change.product }));
      return;
    case 'change-product':
      setFields(document, entry(document, 'products', 'name', change.name).map, change.fields);
      return;
    case 'remove-product':
      remove(document, 'products', entry(document, 'products', 'name', change.name).at);
      return;
    case 'add-rule': {
      writeNumbers(document);
      const rules = numbered(rulesOf(document), []);
      const id = change.rule.id ?? rules.reduce((most, rule) => Math.max(most, rule.id), 0) + 1;
      list(document, 'customers').add(document.createNode({ ...change.rule, id }));
      return;
    }
    case 'change-rule':
      writeNumbers(document);
      setFields(document, entry(document, 'customers', 'id', change.id).map, change.fields);
      return;
    case 'remove-rule':
      writeNumbers(document);
      remove(document, 'customers', entry(document, 'customers', 'id', change.id).at);
      return;
    case 'change-privacy': {
      if (!isMap(document.get('privacy'))) setSection(document, 'privacy', new YAMLMap(document.schema));
      setFields(document, document.get('privacy') as YAMLMap, change.fields);
    }
  }
}

function rulesOf(document: Document): CustomerRuleEntry[] {
  return ((document.toJS() as MeterFile | null)?.customers ?? []) as CustomerRuleEntry[];
}

/** Numbers that were only counted are written down before an edit would shift them. */
function writeNumbers(document: Document): void {
  const rules = numbered(rulesOf(document), []);
  for (const [at, { id }] of rules.entries()) document.setIn(['customers', at, 'id'], id);
}

function list(document: Document, name: string): YAMLSeq {
  const there = document.get(name);
  if (isSeq(there)) {
    // An empty `[]` would go on in brackets.
    if (there.items.length === 0) there.flow = false;
    return there;
  }
  const made = new YAMLSeq(document.schema);
  setSection(document, name, made);
  return made;
}

/** A section that had nothing but comments keeps them, above what it has now. */
function setSection(document: Document, name: string, made: YAMLSeq | YAMLMap): void {
  const was = document.get(name, true);
  if (isScalar(was)) made.commentBefore = was.commentBefore ?? was.comment ?? null;
  document.set(name, made);
}

function entry(
  document: Document,
  name: 'products' | 'customers',
  field: string,
  value: string | number,
): { map: YAMLMap; at: number } {
  const there = document.get(name);
  const items = isSeq(there) ? there.items : [];
  const at = items.findIndex((item) => isMap(item) && item.get(field) === value);
  if (at === -1) {
    const what = name === 'products' ? `product called ${value}` : `customer rule ${value}`;
    throw new MeterError('no-such-entry', `The settings have no ${what}.`);
  }
  return { map: items[at] as YAMLMap, at };
}

function setFields(document: Document, map: YAMLMap, fields: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) map.delete(name);
    else if (value !== undefined) map.set(name, document.createNode(value));
  }
}

function remove(document: Document, name: string, at: number): void {
  const items = document.get(name) as YAMLSeq;
  // What a person wrote above the first entry tells of the list, and stays.
  const [first] = items.items;
  const comment = at === 0 && isMap(first) ? first.commentBefore : undefined;
  items.delete(at);
  if (items.items.length === 0) document.set(name, document.createNode([]));
  else if (comment && isMap(items.items[0]) && !items.items[0].commentBefore)
    items.items[0].commentBefore = comment;
}
