import { readFileSync, statSync } from 'node:fs';
import { isScalar, LineCounter, parseDocument } from 'yaml';
import { flagOf, type Setting, type SettingName, settings, variableOf } from './settings.ts';

/** A text that somebody gave for a setting, and where. */
export interface Given {
  readonly text: string;
  /** `--listen`, `METERHOUSE_LISTEN` or `meterhouse.yaml:3 listen`. */
  readonly place: string;
}
export type Source = Map<SettingName, Given>;
export interface Fault {
  readonly place: string;
  readonly message: string;
}

const names = Object.keys(settings) as SettingName[];
const byFlag = new Map(names.map((name) => [flagOf(name), name]));
const isFlag = (name: SettingName) => settings[name].kind.placeholder === undefined;

/** `--listen X`, `--listen=X`, `--behind-proxy`; and `--config FILE`, which names the file. */
export function readFlags(argv: readonly string[], faults: Fault[]): { source: Source; file?: string } {
  const source: Source = new Map();
  let file: string | undefined;
  for (let at = 0; at < argv.length; at += 1) {
    const argument = argv[at] ?? '';
    const [, flag, inline] = /^--([a-z-]+)(?:=(.*))?$/s.exec(argument) ?? [];
    const name = byFlag.get(flag ?? '');
    if (flag === undefined || (name === undefined && flag !== 'config')) {
      // What follows an unknown word may be a secret; the word before "=" is not.
      faults.push({
        place: argument.split('=')[0] ?? '',
        message: 'is not known; see meterhouse serve --help',
      });
      continue;
    }
    const place = `--${flag}`;
    if (name !== undefined && source.has(name)) faults.push({ place, message: 'is given twice' });
    let text = inline ?? (name !== undefined && isFlag(name) ? 'true' : undefined);
    if (text === undefined && argv[at + 1]?.startsWith('--') === false) {
      at += 1;
      text = argv[at];
    }
    if (text === undefined) faults.push({ place, message: 'needs a value' });
    else if (name === undefined) file = text;
    else source.set(name, { text, place });
  }
  return { source, ...(file === undefined ? {} : { file }) };
}

/** Variables of the environment; an empty one counts as not set. */
export function readEnvironment(environment: NodeJS.ProcessEnv): Source {
  const source: Source = new Map();
  for (const name of names) {
    const { alsoVariable }: Setting = settings[name];
    for (const variable of [variableOf(name), alsoVariable]) {
      const text = variable === undefined ? undefined : environment[variable];
      if (text && !source.has(name)) source.set(name, { text, place: variable ?? '' });
    }
  }
  return source;
}

/** A YAML file of settings by their flags' names, each a scalar. */
export function readFile(file: string, faults: Fault[]): Source {
  const source: Source = new Map();
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    faults.push({ place: '--config', message: `cannot be read: ${(error as Error).message}` });
    return source;
  }
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false });
  const placeAt = (offset: number) => `${file}:${lines.linePos(offset).line}`;
  for (const { pos, message } of document.errors) faults.push({ place: placeAt(pos[0]), message });
  if (document.errors.length > 0 || document.contents === null) return source;
  if (!('items' in document.contents) || document.contents.tag === 'tag:yaml.org,2002:seq') {
    faults.push({ place: `${file}:1`, message: 'must be settings, one a line: name: value' });
    return source;
  }
  for (const item of document.contents.items) {
    const { key, value } = item as {
      key: { value?: unknown; range?: [number, number, number] };
      value: unknown;
    };
    const flag = String(key.value);
    const place = `${placeAt(key.range?.[0] ?? 0)} ${flag}`;
    const name = byFlag.get(flag);
    if (name === undefined) faults.push({ place, message: 'is not known; see meterhouse serve --help' });
    else if (!isScalar(value) || value.value === null)
      faults.push({ place, message: 'must be a single value' });
    else source.set(name, { text: value.source ?? String(value.value), place });
    const { secret }: Partial<Setting> = name === undefined ? {} : settings[name];
    if (secret && (statSync(file).mode & 0o077) !== 0)
      faults.push({ place, message: `is a secret in a file that others can read; run chmod 600 ${file}` });
  }
  return source;
}
