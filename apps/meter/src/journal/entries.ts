/**
 * The lines of a journal file. An entry is one line; that the same happened again is a shorter line that refers to it, so a
 * file is only ever appended to:
 *
 *   {"id":88,"time":1700000000000,"code":"product-unreachable","severity":"error","product":"vc-1","message":"…"}
 *   {"again":88,"count":4,"time":1700000180000}
 */
import type { JournalCode, JournalEntry, Severity } from './journal.ts';
import { JOURNAL_CODES } from './journal.ts';

/** An entry as it is kept and listed. */
export interface KeptEntry {
  /** Counts up from 1 and is never given twice. */
  readonly id: number;
  /** Milliseconds since the epoch, when it happened first. */
  readonly time: number;
  readonly code: JournalCode;
  readonly severity: Severity;
  readonly product?: string;
  readonly message: string;
  /** How often it happened, 1 at first. */
  readonly count: number;
  /** When it happened last; equals `time` at first. */
  readonly lastTime: number;
}

export type Line =
  | { readonly kind: 'entry'; readonly entry: KeptEntry }
  | { readonly kind: 'again'; readonly id: number; readonly count: number; readonly time: number };

export function entryLine({ id, time, code, severity, product, message }: KeptEntry): string {
  return `${JSON.stringify({ id, time, code, severity, ...(product === undefined ? {} : { product }), message })}\n`;
}

export function againLine({ id, count, lastTime }: KeptEntry): string {
  return `${JSON.stringify({ again: id, count, time: lastTime })}\n`;
}

/** What a line says; undefined for one that a crash tore, or that somebody else wrote. */
export function readLine(text: string): Line | undefined {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, again, count, time, code, product, message } = value;
  if (!Number.isSafeInteger(time)) return undefined;
  if (Number.isSafeInteger(again) && Number.isSafeInteger(count))
    return { kind: 'again', id: again as number, count: count as number, time: time as number };
  if (!Number.isSafeInteger(id) || typeof code !== 'string' || typeof message !== 'string') return undefined;
  const severity = severityOf(code, value.severity);
  if (severity === undefined) return undefined;
  return {
    kind: 'entry',
    entry: {
      id: id as number,
      time: time as number,
      code: code as JournalCode,
      severity,
      ...(typeof product === 'string' ? { product } : {}),
      message,
      count: 1,
      lastTime: time as number,
    },
  };
}

/** The one it was noted with: a later version of the meter may hold a code for more or less grave. */
function severityOf(code: string, noted: unknown): Severity | undefined {
  if (noted === 'info' || noted === 'warning' || noted === 'error') return noted;
  return Object.hasOwn(JOURNAL_CODES, code) ? JOURNAL_CODES[code as JournalCode] : undefined;
}

const LONGEST_MESSAGE = 2000;
const LONGEST_PRODUCT = 200;

/**
 * The entry as it may be kept: in one line of plain characters, of bounded length, and without the texts that only a secret has
 * the form of. Whoever notes something holds no secret in it; this is for the message of a library that does.
 */
export function plainEntry({ code, product, message }: JournalEntry): JournalEntry {
  return {
    code,
    ...(product === undefined ? {} : { product: plain(product, LONGEST_PRODUCT) }),
    message: plain(message, LONGEST_MESSAGE)
      .replaceAll(/UMA:[\w.~+/=-]+/g, 'UMA:[secret]')
      .replaceAll(/\b(Bearer|Basic) [\w.~+/=-]+/gi, '$1 [secret]')
      .replaceAll(/:\/\/[^\s/@:]*:[^\s/@]*@/g, '://[secret]@'),
  };
}

/** Escape sequences would run in the terminal of whoever reads it. */
function plain(text: string, longest: number): string {
  const shown = String(text)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  return shown.length <= longest ? shown : `${shown.slice(0, longest - 1).toWellFormed()}…`;
}
