import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';

export interface CertifiedKey {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

const DAY_MS = 86_400_000;
/** What browsers take of a server at most. */
const DAYS = 397;
/** A clock that is a little behind ours still takes a new certificate. */
const BACKDATED_MS = 3_600_000;

/**
 * A self-made certificate of a new P-256 key, for these host names and addresses; the first one is its subject. The library is
 * loaded here alone, as this happens once a year.
 */
export async function makeCertificate(names: readonly string[], now: number): Promise<CertifiedKey> {
  // @peculiar/x509 finds its algorithms by metadata that this adds to Reflect.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const serial = randomBytes(16);
  serial[0]! &= 0x7f;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial.toString('hex'),
    name: [{ CN: [names[0]!.slice(0, 64)] }, { O: ['Meterhouse meter'] }],
    notBefore: new Date(now - BACKDATED_MS),
    notAfter: new Date(now + DAYS * DAY_MS),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`,
  };
}
