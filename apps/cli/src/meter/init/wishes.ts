/** What a meter is to be, of flags, environment and a person's answers. Until all of it is known, nothing is made. */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { RegistrationRequest } from '@meterhouse/contract';
import type { MeterSettings } from '@meterhouse/meter/settings';
import type { Globals } from '../../commands/globals.ts';
import { accountOf } from '../../credentials/account.ts';
import { DEFAULT_SERVER, serverAddress } from '../../credentials/server-address.ts';
import { EXIT } from '../../exit-codes.ts';
import { Failure } from '../../failure.ts';
import { connect } from '../../http/connect.ts';
import { completeRegistration } from '../../journey/complete-registration.ts';
import { askChoice, askText } from '../../terminal/ask.ts';
import type { ProductFlags } from '../product-flags.ts';
import { askProducts, productsOfFlags, type WishedProduct } from '../wished-products.ts';

export type Names = 'hashed' | 'redacted' | 'plain';

export interface InitFlags extends Globals, ProductFlags {
  readonly dir: string;
  readonly config?: string;
  readonly agent?: string;
  readonly offline?: boolean;
  readonly label?: string;
  readonly contract?: string;
  readonly site?: string;
  readonly mode?: 'PRODUCTION' | 'TEST';
  readonly names?: Names;
  readonly apiListen?: string;
}

/** What there is of the meter already. */
export interface Found {
  readonly agent: string | undefined;
  readonly activated: boolean;
  /** As file and environment say; undefined without a file. */
  readonly settings: MeterSettings | undefined;
}

export interface Wishes {
  readonly agent: string;
  /** Base address; undefined for an OFFLINE meter, or when nothing was said. */
  readonly service: string | undefined;
  readonly products: readonly WishedProduct[];
  readonly names: Names | undefined;
  readonly apiListen: string | undefined;
  /** How it is to be registered; undefined when it is not, for want of a label or a token. */
  readonly registration: RegistrationRequest | undefined;
}

/**
 * @param flags without the address of a service that the person only has from `login`
 * @param ask whether a person answers
 * @throws Failure with everything that is wrong or missing; when the person stops
 */
export async function wishesOf(flags: InitFlags, found: Found, ask: boolean): Promise<Wishes> {
  const faults: string[] = [];
  const agent = found.agent ?? flags.agent ?? randomUUID();
  if (flags.agent !== undefined && found.agent !== undefined && flags.agent !== found.agent)
    faults.push(`--agent: the meter in ${flags.dir} is ${found.agent}, and stays it.`);
  const service = await serviceOf(flags, found, ask, faults);
  const taken = new Set(found.settings?.products.map(({ name }) => name));
  const wished = await productsOfFlags(flags, { ask, taken }, faults);
  const given = wished.length > 0 || taken.size > 0;
  const asked = given || !ask || faults.length > 0 ? wished : await askProducts(taken);
  const products = asked.map((product) => inPlace(product, found.settings?.products ?? []));
  const names =
    flags.names ??
    (ask && found.settings === undefined && faults.length === 0 ? await askNames() : undefined);
  const needsLabel = Object.entries({ contract: flags.contract, site: flags.site, mode: flags.mode });
  for (const [flag, value] of needsLabel)
    if (value !== undefined && flags.label === undefined && !ask)
      faults.push(`--label <text>: what people call the meter, beside --${flag}`);
  if (faults.length > 0)
    throw new Failure('The meter is not made yet.', EXIT.usage, {
      faults,
      advice: 'meterhouse meter init --help tells more.',
    });
  const registration =
    service === undefined || found.activated
      ? undefined
      : await registrationOf(flags, { agent, service }, ask);
  return { agent, service, products, names, apiListen: flags.apiListen, registration };
}

/** The same command again means the product that is there, not a second one beside it. */
function inPlace(product: WishedProduct, there: MeterSettings['products']): WishedProduct {
  const { type = 'vCenter', address, port = 443, user } = product.entry;
  const same = there.find(
    (one) =>
      one.type === type &&
      one.address === address &&
      (type === 'libvirt' || (one.port === port && one.user === user)),
  );
  return same === undefined ? product : { ...product, entry: { ...product.entry, name: same.name } };
}

async function serviceOf(
  flags: InitFlags,
  { settings }: Found,
  ask: boolean,
  faults: string[],
): Promise<string | undefined> {
  const { offline, server } = flags;
  if (offline && server !== undefined) faults.push('--offline and --server: choose one.');
  const known = settings?.service ?? (process.env.METERHOUSE_METER_SERVICE || undefined);
  if (server !== undefined && known !== undefined && new URL(serverAddress(server)).origin !== known)
    faults.push(`--server: the settings say ${known}. Change it there, as \`service\`.`);
  if (offline && known !== undefined)
    faults.push(`--offline: the settings say ${known}. Take it out there, as \`service\`.`);
  if (known !== undefined || offline) return known;
  const said = server ?? (process.env.METERHOUSE_SERVER || undefined);
  if (said !== undefined) return new URL(serverAddress(said)).origin;
  if (ask) return askService(flags);
  // Settings without a service are those of an OFFLINE meter.
  if (settings === undefined)
    faults.push('--server <url>, METERHOUSE_SERVER, or --offline: where its packages go');
  return undefined;
}

async function askService(flags: InitFlags): Promise<string | undefined> {
  const online = await askChoice('Does it reach the service that takes its packages?', [
    { value: 'yes', label: 'yes' },
    { value: 'no', label: 'no', hint: 'OFFLINE: a person carries them' },
  ]);
  if (online === 'no') return undefined;
  const { server } = await accountOf(flags);
  const text = await askText({
    message: 'Address of the service',
    usual: server ?? DEFAULT_SERVER,
    check: (answer) => {
      try {
        serverAddress(answer);
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    },
  });
  return new URL(serverAddress(text)).origin;
}

const askNames = () =>
  askChoice('What becomes of the names of machines, hosts and clusters?', [
    { value: 'hashed', label: 'hashed', hint: 'reports can be given their names back here' },
    { value: 'redacted', label: 'redacted', hint: 'nobody can give them back' },
    { value: 'plain', label: 'plain' },
  ]);

async function registrationOf(
  flags: InitFlags,
  { agent, service }: { readonly agent: string; readonly service: string },
  ask: boolean,
): Promise<RegistrationRequest | undefined> {
  const { label, contract, site, mode } = flags;
  if (!ask && label === undefined) return undefined;
  const { token } = await accountOf({ ...flags, server: service });
  if (token === undefined) return undefined;
  const { AGENT_VERSION } = await import('@meterhouse/meter/identity');
  return completeRegistration(await connect({ ...flags, server: service }), {
    agentId: agent,
    version: AGENT_VERSION,
    ...(label !== undefined && { label }),
    ...(contract !== undefined && { contractNumber: contract }),
    ...(site !== undefined && { siteName: site }),
    ...(mode !== undefined && { meteringMode: mode }),
  });
}

/** The first content of `meter.yaml`. */
export function firstSettings({ service, products, names, apiListen }: Wishes, caFile: string | undefined) {
  return {
    ...(service !== undefined && { service }),
    ...(service !== undefined && caFile !== undefined && { serviceCaFile: resolve(caFile) }),
    ...(products.length > 0 && { products: products.map(({ entry }) => absolute(entry)) }),
    ...(names !== undefined && { privacy: { vm: names, host: names, cluster: names } }),
    ...(apiListen !== undefined && { api: { listen: apiListen } }),
  };
}

/** Paths of the command line start from where it was typed, those of the file from the file. */
export function absolute<Entry extends { readonly caFile?: string }>(entry: Entry): Entry {
  return entry.caFile === undefined ? entry : { ...entry, caFile: resolve(entry.caFile) };
}
