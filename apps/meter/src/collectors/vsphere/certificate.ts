/** Whom we talk to: a chain that this machine trusts, or the one certificate that a person has accepted by its fingerprint. */
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { connect, getCACertificates, type TLSSocket } from 'node:tls';
import { buildConnector } from 'undici';
import { CollectorFailure } from '../../inventory/index.ts';

/** What a server shows of itself before anybody trusts it: for a person to accept or not. */
export interface ServerCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** Milliseconds since the epoch. */
  readonly validFrom: number;
  readonly validTo: number;
  /** SHA-256 of the certificate, 64 hexadecimal digits, lower case. */
  readonly fingerprint: string;
  /** Why this machine does not trust it; undefined when it does, and nobody has to look. */
  readonly doubt: string | undefined;
}

const PATIENCE = 15_000;

/**
 * Reads a server's certificate without trusting it, and says nothing to the server.
 * @param caFile PEM file of an authority to trust for it, beside those of the machine
 * @throws CollectorFailure when there is nobody, or nobody who speaks TLS
 */
export async function readCertificate(
  address: string,
  port: number,
  caFile?: string,
): Promise<ServerCertificate> {
  const ca = await authorities(caFile);
  return await new Promise((resolve, reject) => {
    const options = { host: address, port, ca, rejectUnauthorized: false, ...servername(address) };
    const socket = connect(options, () => {
      const doubt = socket.authorized ? undefined : String(socket.authorizationError);
      const certificate = socket.getPeerX509Certificate();
      socket.destroy();
      if (certificate === undefined)
        return reject(
          new CollectorFailure('answer-not-understood', `${address}:${port} shows no certificate.`),
        );
      resolve({
        subject: certificate.subject ?? '',
        issuer: certificate.issuer ?? '',
        validFrom: Date.parse(certificate.validFrom),
        validTo: Date.parse(certificate.validTo),
        fingerprint: plain(certificate.fingerprint256),
        doubt,
      });
    });
    socket.setTimeout(PATIENCE, () => {
      socket.destroy();
      reject(
        new CollectorFailure('timed-out', `${address}:${port} did not answer within ${PATIENCE / 1000} s.`),
      );
    });
    socket.once('error', (error) => reject(failureOf(error, address, port)));
  });
}

export interface Trust {
  readonly address: string;
  readonly port: number;
  readonly fingerprint: string | undefined;
  readonly caFile: string | undefined;
}

/**
 * Connections to a trusted server only. Nothing is sent, no password either, before the server has shown that it is the one.
 * @throws CollectorFailure when the authority's file cannot be read
 */
export async function trustedConnector(trust: Trust): Promise<buildConnector.connector> {
  const { address, port, fingerprint } = trust;
  if (fingerprint === undefined) {
    const ca = await authorities(trust.caFile);
    return buildConnector({ ca, maxCachedSessions: 0, timeout: PATIENCE, ...servername(address) });
  }
  // No session is resumed, since a resumed one does not show the certificate again.
  const connectTo = buildConnector({
    rejectUnauthorized: false,
    maxCachedSessions: 0,
    timeout: PATIENCE,
    ...servername(address),
  });
  const accepted = plain(fingerprint);
  return (options, callback) => {
    connectTo(options, (...result) => {
      const [, socket] = result;
      // Where the connection failed there is none, whatever the type says.
      if (!socket) return callback(...result);
      const shown = plain((socket as TLSSocket).getPeerX509Certificate()?.fingerprint256 ?? '');
      if (shown === accepted) return callback(null, socket);
      socket.destroy();
      callback(
        new CollectorFailure(
          'certificate-changed',
          `${address}:${port} shows another certificate than the one that was accepted: SHA-256 ${shown}, accepted is ${accepted}. Accept it when the vCenter's certificate was renewed.`,
          { needsPerson: true },
        ),
        null,
      );
    });
  };
}

/** What Node brings, what the system trusts and what NODE_EXTRA_CA_CERTS adds; a private authority beside them. */
async function authorities(caFile: string | undefined): Promise<string[]> {
  const ca = [...getCACertificates('default'), ...getCACertificates('system')];
  return caFile === undefined ? ca : [...ca, await authority(caFile)];
}

async function authority(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CollectorFailure(
      'certificate-not-trusted',
      `The authority's certificate cannot be read: ${file}`,
      {
        needsPerson: true,
        cause: error,
      },
    );
  }
}

const NOT_TRUSTED =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_CERT_ALTNAME_INVALID|INVALID_CA|HOSTNAME_MISMATCH)/;
const CODES: Readonly<
  Record<string, 'connection-refused' | 'name-not-found' | 'timed-out' | 'connection-lost'>
> = {
  ECONNREFUSED: 'connection-refused',
  EHOSTUNREACH: 'connection-refused',
  ENETUNREACH: 'connection-refused',
  ENOTFOUND: 'name-not-found',
  EAI_AGAIN: 'name-not-found',
  ETIMEDOUT: 'timed-out',
  UND_ERR_CONNECT_TIMEOUT: 'timed-out',
  UND_ERR_HEADERS_TIMEOUT: 'timed-out',
  UND_ERR_BODY_TIMEOUT: 'timed-out',
};

/** What went wrong on the way to the server, in the collectors' words. */
export function failureOf(error: unknown, address: string, port: number): CollectorFailure {
  if (error instanceof CollectorFailure) return error;
  const {
    code = '',
    message = '',
    errors,
    cause,
  } = error as {
    code?: string;
    message?: string;
    errors?: unknown[];
    cause?: unknown;
  };
  if (code === '' && cause instanceof CollectorFailure) return cause;
  // Several addresses were tried: the last one's fault speaks for all.
  if (errors !== undefined && errors.length > 0) return failureOf(errors.at(-1), address, port);
  if (NOT_TRUSTED.test(code))
    return new CollectorFailure('certificate-not-trusted', `${address}:${port}: ${message || code}`, {
      needsPerson: true,
      cause: error,
    });
  const known = CODES[code] ?? 'connection-lost';
  return new CollectorFailure(known, `${address}:${port}: ${message || code || 'the connection ended'}`, {
    cause: error,
  });
}

/** A name is told to the server, an address must not be. */
function servername(address: string): { servername?: string } {
  return isIP(address) === 0 ? { servername: address } : {};
}

function plain(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}
