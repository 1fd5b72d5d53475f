const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `90d` → seconds. @throws Error with what to write instead */
export function secondsOf(text: string): number {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined)
    throw new Error('Write a time such as 90d, 12h, 30m or 45s.');
  return Number(amount) * SECONDS[unit]!;
}

/** The instant that lies so far after `now`, as the API writes it. @throws Error when the text is no time or is none at all */
export function instantIn(text: string, now: Date): string {
  const seconds = secondsOf(text);
  if (seconds === 0) throw new Error('Write a time from 1s.');
  return new Date(now.getTime() + seconds * 1000).toISOString();
}
