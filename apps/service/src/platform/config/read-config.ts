import { accessSync, constants } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { NotThisKind } from './kinds.ts';
import { type Config, flagOf, type Setting, type SettingName, settings } from './settings.ts';
import { type Fault, readEnvironment, readFile, readFlags } from './sources.ts';

/** Everything that is wrong with the configuration, at once. */
export class ConfigurationFaults extends Error {
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map(({ place, message }) => `  ${place} ${message}`).join('\n')}`,
    );
    this.name = 'ConfigurationFaults';
    this.faults = faults;
  }
}

/**
 * Reads the settings once: flags before environment before file before defaults.
 *
 * @param argv what follows `meterhouse serve`
 * @throws ConfigurationFaults with every fault and its place; secrets are never repeated
 */
export function readConfig(argv: readonly string[] = [], environment: NodeJS.ProcessEnv = {}): Config {
  const faults: Fault[] = [];
  const flags = readFlags(argv, faults);
  const file = flags.file ?? environment.METERHOUSE_CONFIG;
  const sources = [
    flags.source,
    readEnvironment(environment),
    ...(file === undefined ? [] : [readFile(file, faults)]),
  ];

  const values: Record<string, unknown> = {};
  const places: Partial<Record<SettingName, string>> = {};
  for (const [name, setting] of Object.entries(settings) as [SettingName, Setting][]) {
    const given = sources.map((source) => source.get(name)).find((each) => each !== undefined);
    const text = given?.text ?? setting.default;
    places[name] = given?.place ?? `--${flagOf(name)}`;
    if (text === undefined) continue;
    try {
      values[name] = setting.kind.read(text);
    } catch (error) {
      if (!(error instanceof NotThisKind)) throw error;
      faults.push({ place: places[name], message: error.message });
    }
  }
  faults.push(...faultsBetween(values as Partial<Config>, places));
  if (faults.length > 0) throw new ConfigurationFaults(faults);
  return deepFrozen(values as unknown as Config);
}

/** What no setting can see for itself. */
function faultsBetween(values: Partial<Config>, places: Partial<Record<SettingName, string>>): Fault[] {
  const faults: Fault[] = [];
  const fault = (name: SettingName, message: string) => faults.push({ place: places[name] ?? name, message });

  if (values.tlsCert !== undefined && values.tlsKey === undefined) fault('tlsCert', 'needs --tls-key too');
  if (values.tlsKey !== undefined && values.tlsCert === undefined) fault('tlsKey', 'needs --tls-cert too');
  for (const name of ['tlsCert', 'tlsKey', 'masterKeyFile', 'provision'] as const) {
    const file = values[name];
    if (file !== undefined && !readable(file)) fault(name, `names a file that cannot be read: ${file}`);
  }
  if (values.listen !== undefined && !isLoopback(values.listen.host)) {
    if (values.tlsCert === undefined && values.behindProxy !== true)
      fault(
        'listen',
        'is not loopback: give --tls-cert and --tls-key, or --behind-proxy when a proxy ends TLS',
      );
    if (values.publicUrl === undefined) fault('publicUrl', 'is needed: how do callers reach the service?');
  }
  if (values.maxPackageSize !== undefined && (values.maxUnpackedSize ?? Infinity) < values.maxPackageSize)
    fault('maxUnpackedSize', 'must not be less than --max-package-size');
  if (values.uploadTimeout !== undefined && (values.uploadIdleTimeout ?? 0) > values.uploadTimeout)
    fault('uploadIdleTimeout', 'must not be longer than --upload-timeout');
  return faults;
}

function readable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether an address or name stays on this machine; an IPv4 address written as IPv6 counts as itself. */
export function isLoopback(host: string): boolean {
  const kind = isIP(host);
  if (kind === 0) return host === 'localhost';
  return loopback.check(host, kind === 4 ? 'ipv4' : 'ipv6');
}

function deepFrozen<T extends object>(value: T): T {
  for (const each of Object.values(value)) if (typeof each === 'object' && each !== null) deepFrozen(each);
  return Object.freeze(value);
}
