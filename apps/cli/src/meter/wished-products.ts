import type { ServerCertificate } from '@meterhouse/meter/collectors/vsphere';
import type { ProductEntry } from '@meterhouse/meter/settings';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { askChoice, askSecret, askText, askYes } from '../terminal/ask.ts';
import { note } from '../terminal/output.ts';
import { plain } from '../terminal/plain.ts';
import { certificateLines, certificateWords } from './certificate.ts';
import { readPassword } from './password.ts';
import { type Address, addressOf, hostOfUri, type ProductFlags, productName } from './product-flags.ts';

/** A product as somebody wants it metered; nothing of it is written yet. */
export interface WishedProduct {
  readonly entry: ProductEntry;
  readonly password: string | undefined;
}

export interface Wishing {
  /** Whether a person answers. */
  readonly ask: boolean;
  /** Names that other products have. */
  readonly taken: ReadonlySet<string>;
  /** The name to give, where the command says one. */
  readonly name?: string | undefined;
}

/**
 * The products that the flags name. What is missing is asked for, where a person answers.
 * @param faults where everything that is wrong or missing goes otherwise
 */
export async function productsOfFlags(
  flags: ProductFlags,
  { ask, taken, name }: Wishing,
  faults: string[],
): Promise<WishedProduct[]> {
  const { vcenter = [], libvirt = [], fingerprint = [], productCaFile } = flags;
  if (vcenter.length + libvirt.length === 0) {
    for (const [flag, value] of Object.entries({
      '--user': flags.user,
      '--password-file': flags.passwordFile,
      '--fingerprint': flags.fingerprint,
      '--product-ca-file': productCaFile,
    }))
      if (value !== undefined) faults.push(`${flag}: of which product? Name it with --vcenter or --libvirt.`);
    return [];
  }
  const user = flags.user ?? (vcenter.length > 0 && ask ? await askUser() : undefined);
  if (vcenter.length > 0 && user === undefined)
    faults.push('--user <name>: who the meter signs in as at the vCenter');
  const names = new Set(taken);
  const naming = (host: string | undefined, otherwise: string) => {
    const given = name ?? productName(host, otherwise, names);
    names.add(given);
    return given;
  };
  const password = await passwordOf(flags, ask, name, faults);
  const wished: WishedProduct[] = [];
  for (const place of vcenter) {
    const accepted = await acceptedFingerprint(place, productCaFile, fingerprint, ask, faults);
    wished.push({
      entry: vcenterEntry(naming(place.address, 'vcenter'), place, user ?? '', accepted, productCaFile),
      password,
    });
  }
  for (const address of libvirt) {
    // The address itself is not told: it may hold a password.
    faults.push(...(await libvirtFaults(address)).map((fault) => `--libvirt: it ${fault}`));
    wished.push({
      entry: {
        name: naming(hostOfUri(address), 'libvirt'),
        type: 'libvirt',
        address,
        ...(flags.user !== undefined && { user: flags.user }),
      },
      password: flags.user === undefined ? undefined : password,
    });
  }
  return wished;
}

async function passwordOf(
  flags: ProductFlags,
  ask: boolean,
  name: string | undefined,
  faults: string[],
): Promise<string | undefined> {
  const { vcenter = [] } = flags;
  if (flags.passwordFile !== undefined) return readPassword(flags.passwordFile);
  const given = process.env.METERHOUSE_METER_PASSWORD;
  if (given) return given;
  if (vcenter.length === 0) return undefined;
  const names = vcenter.map(({ address }) => name ?? productName(address, 'vcenter', new Set()));
  const { passwordVariables } = await import('@meterhouse/meter/secrets');
  const fromOutside = names.every((one) => {
    const { variable, fileVariable } = passwordVariables(one);
    return process.env[variable] || process.env[fileVariable];
  });
  // The meter takes it from there each time, and nothing is kept.
  if (fromOutside) return undefined;
  if (ask) return askPassword();
  faults.push('--password-file <file>, or METERHOUSE_METER_PASSWORD: the password at the vCenter');
  return undefined;
}

/** Asks what there is to meter, one product after the other. */
export async function askProducts(taken: ReadonlySet<string>): Promise<WishedProduct[]> {
  const wished: WishedProduct[] = [];
  const names = new Set(taken);
  for (;;) {
    const kind = await askChoice(wished.length === 0 ? 'What does it meter?' : 'Anything else?', [
      { value: 'none', label: wished.length === 0 ? 'nothing yet' : 'no, that is all' },
      { value: 'vCenter', label: 'a vCenter' },
      { value: 'libvirt', label: 'a libvirt host', hint: 'KVM, QEMU' },
    ]);
    if (kind === 'none') return wished;
    const one = kind === 'vCenter' ? await askVcenter(names) : await askLibvirt(names);
    names.add(one.entry.name);
    wished.push(one);
  }
}

async function askVcenter(taken: ReadonlySet<string>): Promise<WishedProduct> {
  const text = await askText({ message: 'Its host name or address', check: faultOfAddress });
  const place = addressOf(text);
  const accepted = await acceptedFingerprint(place, undefined, [], true, []);
  const user = await askUser();
  const password = await askPassword();
  return {
    entry: vcenterEntry(productName(place.address, 'vcenter', taken), place, user, accepted, undefined),
    password,
  };
}

async function libvirtFaults(address: string): Promise<readonly string[]> {
  const { libvirtAddressFaults } = await import('@meterhouse/meter/addresses');
  return libvirtAddressFaults(address);
}

async function askLibvirt(taken: ReadonlySet<string>): Promise<WishedProduct> {
  const { libvirtAddressFaults } = await import('@meterhouse/meter/addresses');
  const address = await askText({
    message: 'Its connection URI',
    usual: 'qemu:///system',
    check(text) {
      const faults = libvirtAddressFaults(text);
      return faults.length === 0 ? undefined : `It ${faults.join('; it ')}.`;
    },
  });
  return {
    entry: { name: productName(hostOfUri(address), 'libvirt', taken), type: 'libvirt', address },
    password: undefined,
  };
}

const askUser = () =>
  askText({
    message: 'Who does the meter sign in as? A user with the role Read-only will do',
    usual: 'meter@vsphere.local',
    check: (text) => (text === '' ? 'It needs a user.' : undefined),
  });

const askPassword = () => askSecret({ message: 'His password (it is not shown)' });

/**
 * The fingerprint that goes into the settings: none where the chain is trusted; the one that a person accepts, or gave, where it
 * is not.
 */
export async function acceptedFingerprint(
  { address, port }: Address,
  caFile: string | undefined,
  given: readonly string[],
  ask: boolean,
  faults: string[],
): Promise<string | undefined> {
  const { readCertificate } = await import('@meterhouse/meter/collectors/vsphere');
  const place = `${address}:${port}`;
  let shown: ServerCertificate;
  try {
    shown = await readCertificate(address, port, caFile);
  } catch (error) {
    // It may be down today. What was given counts, and the first look tells.
    note(plain(`The certificate cannot be looked at now: ${(error as Error).message}`));
    return given.length === 1 ? given[0] : undefined;
  }
  if (given.includes(shown.fingerprint)) return shown.fingerprint;
  if (given.length > 0) {
    faults.push(`--fingerprint: ${place} shows another certificate: ${certificateWords(shown)}`);
    return undefined;
  }
  if (shown.doubt === undefined) return undefined;
  if (!ask) {
    faults.push(
      `${place} shows a certificate that this machine does not trust (${shown.doubt}): ${certificateWords(shown)}. ` +
        `Compare it with what the vCenter itself shows, then say --fingerprint ${shown.fingerprint}; or trust its authority with --product-ca-file.`,
    );
    return undefined;
  }
  note(plain(`${place} shows a certificate that this machine does not trust (${shown.doubt}):`));
  for (const line of certificateLines(shown)) note(line);
  if (await askYes('Is this the certificate of your vCenter?')) return shown.fingerprint;
  throw new Failure('Nothing was done.', EXIT.stopped);
}

function vcenterEntry(
  name: string,
  { address, port }: Address,
  user: string,
  fingerprint: string | undefined,
  caFile: string | undefined,
): ProductEntry {
  return {
    name,
    type: 'vCenter',
    address,
    ...(port !== 443 && { port }),
    user,
    ...(fingerprint !== undefined && { fingerprint }),
    ...(caFile !== undefined && { caFile }),
  };
}

function faultOfAddress(text: string): string | undefined {
  try {
    addressOf(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
