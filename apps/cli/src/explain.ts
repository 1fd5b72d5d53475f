// Errors are known by their names: to load their classes would cost every command the time of a client.

import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ProblemError, TokenError } from '@meterhouse/client';
import { EXIT } from './exit-codes.ts';
import { Failure } from './failure.ts';

/** An answer that is no success: the SDK's ProblemError, and what the meter's own calls throw. */
interface Refusal {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
]);

/** Turns whatever was thrown into words and an exit status. What nobody foresaw is given back as it is. */
export function explain(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error)) return undefined;
  if (isProblem(error)) return explainRefusal(error, wordsOf(error));
  if (isRefusal(error)) return explainRefusal(error, error.message);
  if (isTokenError(error)) return explainTokenError(error);
  const doubt = certificateDoubt(error);
  if (doubt !== undefined) {
    return new Failure(`The service's certificate is not trusted: ${doubt}.`, EXIT.unreachable, {
      advice: 'Name the authority that issued it, a PEM file, with --ca-file or in NODE_EXTRA_CA_CERTS.',
    });
  }
  const code = connectionCode(error);
  if (code !== undefined) {
    const { address, port } = addressOf(error);
    const where = address === undefined ? '' : ` at ${address}:${port}`;
    const why = code === 'connection-lost' ? innermost(error).message : code;
    return new Failure(`The service cannot be reached${where} (${why}).`, EXIT.unreachable, {
      advice: 'Is it running (meterhouse serve), and is --server or METERHOUSE_SERVER its address?',
    });
  }
  switch (error.name) {
    case 'ChecksumError':
      return new Failure(`${error.message}.`, EXIT.checksum, {
        advice: 'Run it again. A proxy that unpacks gzip on the way does this.',
      });
    case 'MeterError':
      return new Failure(error.message, exitForMeter(error), { ...codeOf(error), faults: textsOf(error) });
    case 'CollectorFailure':
      return new Failure(error.message, EXIT.unreachable, codeOf(error));
    case 'PackageError':
      return new Failure(error.message, EXIT.input, { faults: packageFaults(error) });
    case 'ConfigurationFaults':
      return new Failure(error.message, EXIT.usage);
    case 'RangeError':
      return new Failure(error.message, EXIT.usage);
    default:
      return fileFault(error);
  }
}

/** Most of what the meter refuses lies in its directory. */
function exitForMeter(error: Error): number {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'spool-busy') return EXIT.busy;
  if (code === 'no-such-entry') return EXIT.notFound;
  return code === 'settings-refused' || code === 'settings-missing' ? EXIT.usage : EXIT.input;
}

/** A connection that failed, whose request may be sent again when it changes nothing or the same thing twice. */
export function connectionCode(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== undefined && (UNREACHABLE.has(code) || cause.name === 'ConnectionError')) return code;
    if (cause.name === 'TimeoutError') return 'timeout';
  }
  return undefined;
}

/** Where the connection went, when the system says so. */
function addressOf(error: Error): { address?: string; port?: number } {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if ('address' in cause) return cause as { address?: string; port?: number };
  }
  return {};
}

/** What tells most where there is no code: fetch's `bad port`, for one, which it never opens. */
export function innermost(error: Error): Error {
  return error.cause instanceof Error ? innermost(error.cause) : error;
}

/** OpenSSL's words for what it does not like about the certificate, which the innermost error has. */
function certificateDoubt(error: Error): string | undefined {
  let doubt: string | undefined;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (/CERT|^ERR_TLS_|UNABLE_TO_VERIFY/.test(String(code))) doubt = cause.message;
  }
  return doubt;
}

const isProblem = (error: Error): error is ProblemError => error.name === 'ProblemError';
const isTokenError = (error: Error): error is TokenError => error.name === 'TokenError';

/** Its message says more than a person needs: the call that was made. */
function wordsOf({ status, detail, body }: ProblemError): string {
  const words = detail ?? body?.title;
  return typeof words === 'string' ? words : `The service answered ${status} without saying why.`;
}

function explainTokenError({ message, status, code, detail, requestId }: TokenError): Failure {
  if (status === undefined) return new Failure(message, EXIT.unauthorised, { code });
  return explainRefusal({ status, body: { code, requestId } }, detail ?? message);
}

function isRefusal(error: Error): error is Error & Refusal {
  return 'status' in error && typeof error.status === 'number' && 'body' in error;
}

function explainRefusal({ status, body }: Refusal, message: string): Failure {
  const word = (name: string) => (typeof body?.[name] === 'string' ? (body[name] as string) : undefined);
  const code = word('code') ?? word('errorCode') ?? word('error');
  const requestId = word('requestId');
  const advice = adviceFor(status, code);
  return new Failure(`${message} (${status})`, exitFor(status, code), {
    faults: faultLines(body?.errors),
    ...(code !== undefined && { code }),
    ...(requestId !== undefined && { requestId }),
    ...(advice !== undefined && { advice }),
  });
}

function exitFor(status: number, code: string | undefined): number {
  if (status === 404 || status === 410) return EXIT.notFound;
  if (status === 401 || status === 403 || code === 'invalid_grant') return EXIT.unauthorised;
  return EXIT.refused;
}

function adviceFor(status: number, code: string | undefined): string | undefined {
  if (code === 'invalid_grant')
    return 'Put an API token that is not revoked into METERHOUSE_TOKEN, or run meterhouse login again.';
  if (status === 401)
    return 'Put an API token of this service into METERHOUSE_TOKEN, or run meterhouse login.';
  if (status === 403)
    return 'Use a token whose role may do this. The role operator has the token in the file operator-token of the data directory.';
  if (code === 'sequence-conflict')
    return 'Somebody changed it in between. Look at it again, and repeat the command without --sequence if it is still meant.';
  if (code === 'idempotency-secret')
    return 'It was made by the call before; its secret was told then. Make another one, and delete that one.';
  if (code === 'quota-exceeded')
    return 'Nothing was lost: send again when the quota begins anew. meterhouse quotas list says when.';
  if (status === 429) return 'Wait a little and try again.';
  if (status === 507) return 'The service is short of disk space; nothing was lost, send again later.';
  return undefined;
}

/** `errors` of a problem document: a place and a message each; packages name part and line too. */
export function faultLines(errors: unknown): string[] {
  if (!Array.isArray(errors)) return [];
  return errors.map((fault: Record<string, unknown>) => {
    const line = fault.line === undefined || fault.line === null ? '' : ` line ${fault.line}`;
    const place = `${fault.part ?? ''}${line}${fault.pointer ? ` ${fault.pointer}` : ''}`.trim();
    return place === '' ? String(fault.message) : `${place}: ${fault.message}`;
  });
}

function codeOf(error: Error): { code?: string } {
  return 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
}

function textsOf(error: Error): readonly string[] {
  return 'faults' in error ? (error.faults as readonly string[]) : [];
}

function packageFaults(error: Error): string[] {
  return 'faults' in error ? faultLines((error.faults as { list: unknown }).list) : [];
}

/** Of a path that leads through a file, or to one where a folder is wanted: that file. */
function fileInTheWay({ code, syscall, path = '' }: NodeJS.ErrnoException): string | undefined {
  if (code !== 'ENOTDIR' && !(code === 'EEXIST' && syscall === 'mkdir')) return undefined;
  for (let at = path; ; at = dirname(at)) {
    if (statSync(at, { throwIfNoEntry: false })?.isDirectory() === false) return at;
    if (dirname(at) === at) return undefined;
  }
}

const PLACE_ADVICE = 'Name another place, or let its owner give you the right to it.';

function fileFault(error: NodeJS.ErrnoException): Failure | undefined {
  if (error.syscall === 'uv_cwd') {
    return new Failure('The folder that you are in is gone.', EXIT.input, {
      advice: 'Change to one that is there (cd), and run it again.',
    });
  }
  if (error.path === undefined) return undefined;
  const file = fileInTheWay(error);
  if (file !== undefined) {
    return new Failure(`${file} is a file, not a folder.`, EXIT.input, {
      advice: 'Name another place, or move the file away.',
    });
  }
  if (error.syscall === 'mkdir' && ['ENOENT', 'EACCES', 'EPERM', 'EROFS'].includes(error.code ?? '')) {
    return new Failure(`The folder ${error.path} cannot be made there.`, EXIT.input, {
      advice: PLACE_ADVICE,
    });
  }
  if (error.code === 'ENOENT') return new Failure(`There is no ${error.path}.`, EXIT.input);
  if (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EROFS') {
    return new Failure(`${error.path} may not be read or written by you.`, EXIT.input, {
      advice: PLACE_ADVICE,
    });
  }
  if (error.code === 'EISDIR') return new Failure(`${error.path} is a directory.`, EXIT.input);
  return new Failure(`${error.message}.`, EXIT.input);
}
