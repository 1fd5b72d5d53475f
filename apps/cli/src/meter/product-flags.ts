import { isIP } from 'node:net';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { plainFingerprint } from './certificate.ts';

/** What flags say of products; each may be said several times. */
export interface ProductFlags {
  readonly vcenter?: readonly Address[];
  readonly libvirt?: readonly string[];
  readonly user?: string;
  readonly passwordFile?: string;
  readonly fingerprint?: readonly string[];
  readonly productCaFile?: string;
}

export interface Address {
  readonly address: string;
  readonly port: number;
}

const VCENTER_PORT = 443;

export function withProductFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--vcenter <host[:port]>', 'a vCenter; port 443 unless another is given').argParser(
        each(addressOf),
      ),
    )
    .addOption(
      new Option(
        '--libvirt <uri>',
        'a libvirt connection, such as qemu:///system or qemu+ssh://meter@host/system',
      ).argParser(each((text) => text)),
    )
    .option('--user <name>', 'who the meter signs in as; a vCenter needs one')
    .option(
      '--password-file <file>',
      'his password, - for standard input; otherwise METERHOUSE_METER_PASSWORD, or it is asked for',
    )
    .addOption(
      new Option(
        '--fingerprint <sha256>',
        "SHA-256 of a vCenter's certificate that you have compared, when this machine does not trust its chain",
      ).argParser(each(fingerprintOf)),
    )
    .option('--product-ca-file <pem>', "trust this authority for the vCenter's certificate");
}

/** `vc1.example`, `10.0.0.7:8443`, `[2001:db8::7]:443`. @throws what commander shows as wrong usage */
export function addressOf(text: string): Address {
  const parts = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/\s@]+))(?::(\d{1,5}))?$/i.exec(text);
  const [, six, host, port = VCENTER_PORT] = parts ?? [];
  const address = isIP(text) === 6 ? text : (six ?? host);
  if (address === undefined || (six !== undefined && isIP(six) !== 6) || Number(port) > 65_535)
    throw new InvalidArgumentError('Write a host or HOST:PORT, such as vc1.example or 10.0.0.7:8443.');
  return { address, port: Number(port) };
}

export function fingerprintOf(text: string): string {
  const fingerprint = plainFingerprint(text);
  if (fingerprint === undefined)
    throw new InvalidArgumentError(
      'Write the SHA-256 of the certificate: 64 hexadecimal digits, with colons or without.',
    );
  return fingerprint;
}

function each<Value>(read: (text: string) => Value) {
  return (text: string, before: readonly Value[] | undefined): readonly Value[] => [
    ...(before ?? []),
    read(text),
  ];
}

/** A name for a product whose address is all that is known: `vc1` of `vc1.example`; none that is taken. */
export function productName(host: string | undefined, otherwise: string, taken: ReadonlySet<string>): string {
  const first = host === undefined || isIP(host) !== 0 ? '' : host.toLowerCase().split('.')[0]!;
  const plain =
    first
      .replaceAll(/[^a-z0-9-]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 60) || otherwise;
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? plain : `${plain}-${number}`;
    if (!taken.has(name)) return name;
  }
}

/** The host of a libvirt URI; undefined for this machine. */
export function hostOfUri(uri: string): string | undefined {
  return (URL.canParse(uri) && new URL(uri).hostname) || undefined;
}
