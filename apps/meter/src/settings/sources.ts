/**
 * Settings from outside the file, for machines that nobody sits at. One rule: a setting's place in `meter.yaml`, in capitals
 * with `_`, behind METERHOUSE_METER_; as a flag in small letters with `-`. `spool.limit` is METERHOUSE_METER_SPOOL_LIMIT and
 * `--spool-limit`. A list is given whole, as YAML; one product also field by field, as METERHOUSE_METER_PRODUCT_ADDRESS.
 * A flag wins over the environment, the environment over the file.
 */
import type { TSchema } from 'typebox';
import { parseDocument } from 'yaml';
import { type Described, MeterFile, ProductShape, propertiesOf } from './file-shape.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
/** By their names without dashes at the front: `{'spool-limit': '20GiB'}`. */
export type SettingFlags = Readonly<Record<string, string | undefined>>;

/** A setting that can be given from outside. */
export interface OuterSetting {
  /** Steps from the top: `['spool', 'limit']`; of the one product `['product', 'address']`. */
  readonly path: readonly string[];
  readonly described: Described;
  readonly variable: string;
  /** Without the dashes at its front. */
  readonly flag: string;
}

/** What was given from outside, and under which name. */
export interface Given {
  readonly path: readonly string[];
  readonly value: unknown;
  /** `METERHOUSE_METER_SPOOL_LIMIT` or `--spool-limit`. */
  readonly name: string;
}

export const VARIABLE_PREFIX = 'METERHOUSE_METER_';
const snake = (step: string) => step.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase();
const kebab = (step: string) => step.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);

/** Every setting that a variable or a flag can give, in the order of the file. */
export const OUTER_SETTINGS: readonly OuterSetting[] = Object.entries(propertiesOf(MeterFile)).flatMap(
  ([name, described]) =>
    described.type === 'object'
      ? leavesOf(name, described as unknown as TSchema)
      : name === 'products'
        ? [outer([name], described), ...leavesOf('product', ProductShape)]
        : [outer([name], described)],
);

function leavesOf(section: string, shape: TSchema): OuterSetting[] {
  return Object.entries(propertiesOf(shape)).map(([name, described]) => outer([section, name], described));
}
function outer(path: readonly string[], described: Described): OuterSetting {
  return {
    path,
    described,
    variable: VARIABLE_PREFIX + path.map(snake).join('_'),
    flag: path.map(kebab).join('-'),
  };
}

/** What the environment and the flags give, each setting once; faults are of variables that no setting has. */
export function givenFromOutside(
  environment: Environment,
  flags: SettingFlags,
): { readonly given: readonly Given[]; readonly faults: readonly string[] } {
  const faults: string[] = [];
  const given: Given[] = [];
  for (const { path, described, variable, flag } of OUTER_SETTINGS) {
    const text = flags[flag] ?? environment[variable];
    if (text === undefined || (text === '' && flags[flag] === undefined)) continue;
    const name = flags[flag] === undefined ? variable : `--${flag}`;
    const read = valueOfText(described, text);
    if ('fault' in read) faults.push(`${name} ${read.fault}`);
    else given.push({ path, value: read.value, name });
  }
  return { given, faults: [...faults, ...unknownNames(environment, flags)] };
}

/** A variable is a text; what the setting holds says how it is read. What does not fit is left for the schema to refuse. */
function valueOfText({ type }: Described, text: string): { value: unknown } | { fault: string } {
  if (type === 'array') {
    const document = parseDocument(text, { prettyErrors: false });
    if (document.errors.length > 0) return { fault: `is no YAML: ${document.errors[0]!.message}` };
    return { value: document.toJS() };
  }
  if (type === 'boolean') return { value: text === 'true' ? true : text === 'false' ? false : text };
  if (type === 'integer') return { value: /^\d+$/.test(text) ? Number(text) : text };
  return { value: text };
}

const sections = ['PRODUCT_', 'PRIVACY_', 'SPOOL_', 'UPLOAD_', 'API_'].map((name) => VARIABLE_PREFIX + name);
/** Variables of other rooms: the key that names are hidden with, the login of the API. */
const OTHERS = ['PRIVACY_KEY_FILE', 'API_USER', 'API_PASSWORD', 'API_PASSWORD_FILE'].map(
  (name) => VARIABLE_PREFIX + name,
);
const variables = new Set([...OUTER_SETTINGS.map(({ variable }) => variable), ...OTHERS]);
const flagNames = new Set(OUTER_SETTINGS.map(({ flag }) => flag));

/**
 * A misspelt variable would be passed over in silence, so within our sections each must be known. Beyond them none is refused:
 * Kubernetes gives a pod METERHOUSE_METER_SERVICE_HOST when a Service is called meterhouse-meter.
 */
function unknownNames(environment: Environment, flags: SettingFlags): string[] {
  const misspelt = Object.keys(environment)
    .filter((name) => sections.some((section) => name.startsWith(section)))
    .filter((name) => !variables.has(name));
  const noFlags = Object.keys(flags).filter((name) => flags[name] !== undefined && !flagNames.has(name));
  return [
    ...misspelt.sort().map((name) => `${name} is no setting${hint(name)}; see docs/meter/settings.md`),
    ...noFlags.map((name) => `--${name} is no setting; see docs/meter/settings.md`),
  ];
}

/** Where a password is given, since nearly everybody tries it here first. */
const hint = (name: string) =>
  name.includes('PASSWORD')
    ? `: the password of a product goes into ${VARIABLE_PREFIX}PASSWORD_<NAME>, or a file into ${VARIABLE_PREFIX}PASSWORD_FILE_<NAME>`
    : '';

/** What a single product is called when only the environment or flags tell of it. */
export const ONLY_PRODUCT = 'product';

/**
 * Lays what was given over the content of the file.
 * @returns the whole, and under which name each place was given
 */
export function laidOver(
  content: Readonly<Record<string, unknown>>,
  given: readonly Given[],
): { readonly value: Readonly<Record<string, unknown>>; readonly origins: ReadonlyMap<string, string> } {
  const value: Record<string, unknown> = structuredClone(content);
  const origins = new Map<string, string>();
  for (const { path, value: one, name } of given) {
    if (path[0] === 'product') continue;
    origins.set(`/${path.join('/')}`, name);
    if (path.length === 1) value[path[0]!] = one;
    else {
      const section = value[path[0]!];
      value[path[0]!] = { ...(isObject(section) ? section : {}), [path[1]!]: one };
    }
  }
  layOneProduct(value, given, origins);
  return { value, origins };
}

/** The product that is given field by field: over the one of that name, else behind the others. */
function layOneProduct(
  value: Record<string, unknown>,
  given: readonly Given[],
  origins: Map<string, string>,
): void {
  const fields = given.filter(({ path }) => path[0] === 'product');
  if (fields.length === 0) return;
  const called = fields.find(({ path }) => path[1] === 'name')?.value ?? ONLY_PRODUCT;
  const products = Array.isArray(value.products) ? [...value.products] : [];
  const there = products.findIndex((each) => isObject(each) && each.name === called);
  const at = there === -1 ? products.length : there;
  const before = there === -1 ? { name: called, type: 'vCenter' } : products[there];
  products[at] = {
    ...(isObject(before) ? before : {}),
    ...Object.fromEntries(fields.map(({ path, value }) => [path[1]!, value])),
  };
  for (const { path, name } of fields) origins.set(`/products/${at}/${path[1]}`, name);
  if (there === -1) origins.set(`/products/${at}`, fields[0]!.name);
  value.products = products;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
