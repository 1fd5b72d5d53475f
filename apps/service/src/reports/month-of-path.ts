/** `2023-01` of the path `/2023/1` or `/2023/01`; undefined for the year 0, which no calendar of the database has. */
export function monthOfPath({ year, month }: { year: string; month: string }): string | undefined {
  return year === '0000' ? undefined : `${year}-${month.padStart(2, '0')}`;
}
