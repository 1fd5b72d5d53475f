/** Whether a text is a month as it is written everywhere, `2023-01`. */
export function isMonth(text: string): boolean {
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
}

/** The months from `since` to `until`, both included, each as `2023-01`; empty when `until` is before `since`. */
export function monthsBetween(since: string, until: string): string[] {
  const months: string[] = [];
  for (let at = numberOf(since); at <= numberOf(until); at += 1) months.push(textOf(at));
  return months;
}

/** The `count` months that end with `last`, the earliest first. */
export function monthsUpTo(last: string, count: number): string[] {
  return monthsBetween(textOf(numberOf(last) - count + 1), last);
}

/** The month that runs at this instant, in UTC. */
export function currentMonth(now: Date): string {
  return now.toISOString().slice(0, 7);
}

const numberOf = (month: string) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1;
const textOf = (at: number) =>
  `${String(Math.floor(at / 12)).padStart(4, '0')}-${String((at % 12) + 1).padStart(2, '0')}`;
