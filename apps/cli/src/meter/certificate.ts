import type { ServerCertificate } from '@meterhouse/meter/collectors/vsphere';
import { plain } from '../terminal/plain.ts';

/** What a person compares before a certificate is accepted; the SHA-256 as browsers and openssl show it. */
export function certificateLines({
  subject,
  issuer,
  validFrom,
  validTo,
  fingerprint,
}: ServerCertificate): string[] {
  const facts = {
    Subject: oneLine(subject),
    Issuer: oneLine(issuer),
    Valid: `${dateOf(validFrom)} to ${dateOf(validTo)}`,
    'SHA-256': colons(fingerprint),
  };
  return Object.entries(facts).map(([name, value]) => `  ${name.padEnd(8)} ${value}`);
}

/** The same in a sentence, for where nobody can be asked. */
export function certificateWords({
  subject,
  issuer,
  validFrom,
  validTo,
  fingerprint,
}: ServerCertificate): string {
  return `SHA-256 ${fingerprint}, subject ${oneLine(subject)}, issuer ${oneLine(issuer)}, valid ${dateOf(validFrom)} to ${dateOf(validTo)}`;
}

/** `3f9c…` or `3F:9C:…` as 64 small digits; undefined when it is no SHA-256. */
export function plainFingerprint(text: string): string | undefined {
  const digits = text.replaceAll(':', '').toLowerCase();
  return /^[0-9a-f]{64}$/.test(digits) ? digits : undefined;
}

const colons = (fingerprint: string) => fingerprint.toUpperCase().match(/../g)!.join(':');
const oneLine = (name: string) => plain(name.replaceAll('\n', ', '));
const dateOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
