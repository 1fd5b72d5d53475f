/** A number and what it counts, in words: `1 host`, `2 hosts`. */
export function counted(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}
