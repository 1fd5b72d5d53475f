import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { MeterError } from '../identity/index.ts';
import { faultsOfShape, faultsWithin, type SettingFault } from './check-settings.ts';
import { MeterFile, type MeterFile as MeterFileContent } from './file-shape.ts';
import type { MeterSettings } from './settings.ts';
import { settingsOf } from './settings-of.ts';
import { parseSettings, type SettingsText, withoutNothing } from './settings-text.ts';
import { type Environment, givenFromOutside, laidOver, type SettingFlags } from './sources.ts';

/**
 * Reads `meter.yaml`, the environment and flags into one whole, checked and frozen. The file need not be there where the
 * environment or flags name the service or a product. Paths in it start from its folder and come out absolute.
 *
 * @param flags by their names without dashes at the front: `{'spool-limit': '20GiB'}`
 * @throws MeterError `settings-refused` with every fault at once, each with the line or the variable it stands in
 * @throws MeterError `settings-missing` when there is no file and nothing else tells what to meter
 */
export async function readSettings(
  path: string,
  environment: Environment,
  flags: SettingFlags = {},
): Promise<MeterSettings> {
  const { given, faults: outside } = givenFromOutside(environment, flags);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
  if (text === undefined && given.length === 0 && outside.length === 0)
    throw new MeterError(
      'settings-missing',
      `There is no ${path}. Make one: meterhouse meter init; or give METERHOUSE_METER_PRODUCT_ADDRESS and what else is needed.`,
    );
  return settingsFromText(text ?? '', path, given, outside);
}

/**
 * The settings that a text of `meter.yaml` gives.
 * @param path of the file, which it need not be in yet
 * @throws MeterError `settings-refused`
 */
export async function settingsFromText(
  text: string,
  path: string,
  given: ReturnType<typeof givenFromOutside>['given'] = [],
  outside: readonly string[] = [],
): Promise<MeterSettings> {
  const name = basename(path);
  const folder = resolve(dirname(path));
  const read = parseSettings(text);
  if ('faults' in read)
    throw refusal(name, [
      ...read.faults.map(({ line, message }) => `${name}:${line}: ${message}`),
      ...outside,
    ]);
  const { parsed } = read;
  const content = contentOf(parsed, name);
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw refusal(name, [
      `${name}:1: must be settings, one a line, such as "service: https://meterhouse.example"`,
    ]);
  const { value, origins } = laidOver(content as Record<string, unknown>, given);
  const told = (faults: readonly SettingFault[]) => tellFaults(faults, parsed, name, origins);
  const misshapen = faultsOfShape(value);
  if (misshapen.length > 0) throw refusal(name, [...told(misshapen), ...outside]);
  const file = value as MeterFileContent;
  const faults = [...told(await faultsWithin(file, folder)), ...outside];
  if (faults.length > 0) throw refusal(name, faults);
  return settingsOf(file, folder);
}

/** Aliases may make much of little; the parser refuses what grows beyond bounds. */
function contentOf({ document }: SettingsText, name: string): unknown {
  try {
    return withoutNothing(document.toJS() ?? {}, MeterFile);
  } catch (error) {
    throw refusal(name, [`${name}:1: ${(error as Error).message}`]);
  }
}

function tellFaults(
  faults: readonly SettingFault[],
  text: SettingsText,
  name: string,
  origins: ReadonlyMap<string, string>,
): string[] {
  return faults
    .map(({ pointer, message }) => {
      const origin = originOf(pointer, origins);
      const place = pointer.slice(1);
      if (origin !== undefined) {
        const within = pointer.slice(origin.pointer.length + 1);
        return {
          line: Number.POSITIVE_INFINITY,
          told: `${origin.name}: ${within === '' ? '' : `${within} `}${message}`,
        };
      }
      const words =
        message.startsWith('must be text') && text.lacksQuotes(pointer)
          ? 'must be text: put it in quotes'
          : message;
      const line = text.lineOf(pointer);
      return { line, told: `${name}:${line}: ${place === '' ? '' : `${place} `}${words}` };
    })
    .sort((a, b) => a.line - b.line || 0)
    .map(({ told }) => told);
}

/** The variable or flag that gave what the pointer names, or what it lies in. */
function originOf(pointer: string, origins: ReadonlyMap<string, string>) {
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const name = origins.get(at);
    if (name !== undefined) return { name, pointer: at };
  }
  return undefined;
}

function refusal(name: string, faults: readonly string[]): MeterError {
  return new MeterError(
    'settings-refused',
    `The settings (${name}) cannot be used: ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}.`,
    faults,
  );
}
