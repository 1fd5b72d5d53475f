/**
 * Hours and months, all UTC. An instant is an integer of Unix seconds; an hour is the instant of its start; a month is
 * written `2023-01`. UTC has no jumps, so a month has 672, 696, 720 or 744 hours.
 */
export const HOUR = 3600;
const DAY = 86_400;

/** One calendar month: `[first, last)` in Unix seconds. */
export interface Month {
  readonly name: string;
  /** Its first second, which is its first hour. */
  readonly first: number;
  /** The first second after it. */
  readonly last: number;
  readonly hours: number;
  readonly seconds: number;
}

/** Reads `2023-01`. Throws a RangeError for anything else. */
export function parseMonth(text: string): Month {
  const match = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text);
  if (!match) throw new RangeError(`month ${JSON.stringify(text)}: write it as 2023-01`);
  const year = Number(match[1]);
  const month = Number(match[2]);
  const first = utc(year, month, 1);
  const last = month === 12 ? utc(year + 1, 1, 1) : utc(year, month + 1, 1);
  return Object.freeze({ name: text, first, last, hours: (last - first) / HOUR, seconds: last - first });
}

/** The month that an instant lies in, as `2023-01`. */
export function monthOf(instant: number): string {
  return formatInstant(instant).slice(0, 7);
}

/** The start of the hour that an instant lies in. */
export function hourOf(instant: number): number {
  return Math.floor(instant / HOUR) * HOUR;
}

/** Reads `2023-01-01T05:00:30Z`; undefined for any other spelling and for a day or time that does not exist. */
export function parseInstant(text: string): number | undefined {
  if (text.length !== 20) return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  const spelled =
    text[4] === '-' &&
    text[7] === '-' &&
    text[10] === 'T' &&
    text[13] === ':' &&
    text[16] === ':' &&
    text[19] === 'Z';
  if (!spelled || !(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)))
    return undefined;
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return undefined;
  return utc(year, month, day) + hour * HOUR + minute * 60 + second;
}

/** Reads an instant that was checked before. Throws a RangeError where the check was forgotten. */
export function instantOf(text: string): number {
  const instant = parseInstant(text);
  if (instant === undefined)
    throw new RangeError(`${JSON.stringify(text)} is no instant such as 2023-01-01T05:00:30Z`);
  return instant;
}

/** Writes `2023-01-01T05:00:30Z`. */
export function formatInstant(instant: number): string {
  return `${new Date(instant * 1000).toISOString().slice(0, 19)}Z`;
}

/** NaN unless every character is a digit, which every comparison above then refuses. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days since 1970-01-01 of the proleptic Gregorian calendar, counted in years that begin in March. */
function utc(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const m = month > 2 ? month - 3 : month + 9;
  const days = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + y * 365;
  return (days + Math.floor((153 * m + 2) / 5) + day - 1 - 719_468) * DAY;
}
