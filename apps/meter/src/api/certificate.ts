/**
 * The certificate that the API shows: the one of the files that were given, or one of its own making. Its own is kept with its
 * key in one file that only the owner reads, and made anew 30 days before it ends, or when the API listens at an address that
 * it does not name. Given files are read again each day, so a new certificate needs no restart.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmod, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '@meterhouse/metering/make-folder';
import { writeDurably } from '../identity/durable-file.ts';
import { isLoopback } from './listen.ts';
import { type CertifiedKey, makeCertificate } from './make-certificate.ts';

export interface ApiCertificate extends CertifiedKey {
  /** SHA-256, 64 hexadecimal digits in pairs with colons, as browsers and openssl show it. */
  readonly fingerprint: string;
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
  /** Made just now. */
  readonly made: boolean;
}

export interface GivenFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export const DAY_MS = 86_400_000;
export const RENEW_MS = 30 * DAY_MS;

/** The API cannot start with what it was given; `faults` has every reason, each with what to do. */
export class ApiSetUpError extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(faults.join(' '));
    this.name = 'ApiSetUpError';
    this.faults = faults;
  }
}

/** @throws ApiSetUpError when a file cannot be read, is no PEM, or certificate and key do not belong together */
export async function givenCertificate({ certFile, keyFile }: GivenFiles): Promise<ApiCertificate> {
  const faults: string[] = [];
  const read = (path: string, what: string) =>
    readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      faults.push(`The API's ${what} ${path} cannot be read (${error.code}).`);
      return undefined;
    });
  const [cert, key] = await Promise.all([read(certFile, 'certificate'), read(keyFile, 'key')]);
  const certificate = cert === undefined ? undefined : parsed(() => new X509Certificate(cert));
  const privateKey = key === undefined ? undefined : parsed(() => createPrivateKey(key));
  if (cert !== undefined && !certificate) faults.push(`${certFile} holds no certificate in PEM.`);
  if (key !== undefined && !privateKey)
    faults.push(
      `${keyFile} holds no private key in PEM, or one with a passphrase, which the API cannot ask for.`,
    );
  if (certificate && privateKey && !certificate.checkPrivateKey(privateKey))
    faults.push(`The key in ${keyFile} is not the one of the certificate in ${certFile}.`);
  if (faults.length > 0) throw new ApiSetUpError(faults);
  return described({ cert: cert!, key: key! }, certificate!, false);
}

/**
 * The one that is kept in `dir`, or a new one when there is none, it ends within 30 days or it does not name `host`.
 * @param host what the API listens at
 */
export async function ownCertificate(dir: string, host: string, now: number): Promise<ApiCertificate> {
  const path = join(dir, 'api-certificate.pem');
  const kept = await keptCertificate(path);
  if (kept !== undefined && kept.endsAt - now > RENEW_MS && names(new X509Certificate(kept.cert), host))
    return kept;
  await makeFolder(dir, 0o700);
  const made = await makeCertificate(namesFor(host), now);
  await writeDurably(path, made.cert + made.key);
  return described(made, new X509Certificate(made.cert), true);
}

/** One file, so that certificate and key are always a pair. What is in it but no pair is as good as nothing. */
async function keptCertificate(path: string): Promise<ApiCertificate | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
  if (text === undefined) return undefined;
  await chmod(path, 0o600);
  const at = text.indexOf('-----BEGIN PRIVATE KEY-----');
  const pair = { cert: text.slice(0, at), key: text.slice(at) };
  const certificate = at < 0 ? undefined : parsed(() => new X509Certificate(pair.cert));
  const key = parsed(() => createPrivateKey(pair.key));
  if (!certificate || !key || !certificate.checkPrivateKey(key)) return undefined;
  return described(pair, certificate, false);
}

function described(pair: CertifiedKey, certificate: X509Certificate, made: boolean): ApiCertificate {
  return {
    ...pair,
    fingerprint: certificate.fingerprint256,
    endsAt: certificate.validToDate.getTime(),
    made,
  };
}

/** What people may call this machine by, where the API listens. */
function namesFor(host: string): string[] {
  const own = hostname();
  const names = [own, 'localhost', '127.0.0.1', '::1'];
  if (isWildcard(host))
    for (const addresses of Object.values(networkInterfaces()))
      for (const { address } of addresses ?? []) if (!address.startsWith('fe80:')) names.push(address);
  if (!isWildcard(host)) names.push(host);
  return [...new Set(names.filter((name) => isIP(name) !== 0 || /^[A-Za-z0-9.-]{1,253}$/.test(name)))];
}

function names(certificate: X509Certificate, host: string): boolean {
  if (isWildcard(host) || isLoopback(host)) return true;
  return (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
}

const isWildcard = (host: string) => host === '0.0.0.0' || host === '::';

function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
