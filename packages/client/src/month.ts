/** A month as it is written everywhere: `2023-01`. */
export type Month = `${number}-${number}`;

/** @throws TypeError when it is no month */
export function monthPath(month: string): { readonly year: string; readonly month: string } {
  const match = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(month);
  if (match === null) throw new TypeError(`"${month}" is no month; write it as 2023-01`);
  return { year: match[1]!, month: match[2]! };
}
