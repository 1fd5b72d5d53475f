/**
 * What a failed upload means for the package and for the chain.
 *
 *   again       it passes: the network, the service's restart, a full disk or quota. Tried for ever, with growing pauses
 *   rarely      it passes only when a person does something: the meter is deleted, its key is not known, a certificate is not
 *               trusted. Tried a few times a day, and at once after a new activation
 *   fork        the chain cannot go on as it is: a new activation cures it. Until then as `rarely`
 *   refused     the service will never take this package. It is put aside, and the chain goes on
 *   mangled     bytes were changed on the way or on our disk; a look at the disk tells which
 */
import { ConnectionError, ProblemError } from '@meterhouse/client';
import { ServiceRefusal } from '../identity/index.ts';

export type VerdictKind = 'again' | 'rarely' | 'fork' | 'refused' | 'mangled';

export interface Verdict {
  readonly kind: VerdictKind;
  /** Stable while the cause is the same: `ECONNREFUSED`, `meter-deleted`, `http-502`. */
  readonly code: string;
  /** For people; no secret. */
  readonly message: string;
  /** Milliseconds that the service asks to wait at least. */
  readonly after?: number | undefined;
  /** What is wrong with the package, each with its place. */
  readonly faults?: readonly string[];
}

const MANGLED = new Set(['bad-gzip', 'length-mismatch', 'digest-mismatch', 'bad-signature']);
const NOT_TRUSTED = /CERT|^ERR_TLS_|UNABLE_TO_VERIFY/;

export function verdictOn(error: unknown): Verdict {
  if (error instanceof ProblemError) return verdictOnProblem(error);
  if (error instanceof ConnectionError) {
    const { code, message } = error;
    return { kind: NOT_TRUSTED.test(code) ? 'rarely' : 'again', code, message };
  }
  if (error instanceof ServiceRefusal) {
    const { status, body } = error;
    const told = body as { code?: unknown; error?: unknown } | undefined;
    const code = [told?.code, told?.error].find((one) => typeof one === 'string') ?? `http-${status}`;
    return {
      kind: status === 401 ? 'rarely' : 'again',
      code: String(code),
      message: `The service does not let the meter sign in: ${error.message}`,
    };
  }
  const code = systemCode(error);
  return {
    kind: NOT_TRUSTED.test(code) ? 'rarely' : 'again',
    code,
    message: error instanceof Error ? wordsOf(error) : String(error),
  };
}

function verdictOnProblem(error: ProblemError): Verdict {
  const { code, retryAfter } = error;
  const after = retryAfter === undefined ? undefined : retryAfter * 1000;
  const told = { code, message: error.message, after };
  if (code === 'chain-fork') return { kind: 'fork', ...told };
  if (code === 'package-refused') return verdictOnRefusal(error);
  const rare =
    code === 'meter-deleted' || error.status === 401 || error.status === 403 || code === 'not-found';
  return { kind: rare ? 'rarely' : 'again', ...told };
}

/** With an `uploadId` the refusal is recorded and the number used; without one the package was not let that far. */
function verdictOnRefusal({ body, detail, title, errors }: ProblemError): Verdict {
  const codes = Array.isArray(body?.faultCodes) ? body.faultCodes.map(String) : [];
  const faults = errors.map(({ pointer, message }) => `${pointer}: ${message}`);
  const told = { message: detail ?? title, faults };
  if (body?.uploadId !== undefined) return { kind: 'refused', code: 'package-refused', ...told };
  if (codes.includes('unknown-key')) return { kind: 'fork', code: 'unknown-key', ...told };
  if (errors.some(({ pointer }) => /\/package\/(service|organisation|registration|agent)$/.test(pointer)))
    return { kind: 'fork', code: 'another-audience', ...told };
  if (codes.some((code) => MANGLED.has(code))) return { kind: 'mangled', code: 'package-refused', ...told };
  return { kind: 'refused', code: 'package-refused', ...told };
}

/** `ECONNREFUSED` and the like stand in the cause of what fetch throws, sometimes once more below. */
function systemCode(error: unknown): string {
  for (let one = error; one instanceof Error; one = one.cause) {
    const { code, errors } = one as { code?: unknown; errors?: unknown };
    if (typeof code === 'string') return code;
    if (Array.isArray(errors) && errors.length > 0) return systemCode(errors[0]);
  }
  return 'connection-lost';
}

function wordsOf(error: Error): string {
  return error.cause instanceof Error && error.cause.message !== ''
    ? `${error.message}: ${error.cause.message}`
    : error.message;
}
