/** Characters; no version that is one has more. */
const LONGEST = 100;

/** A product's version as a package can say it: whoever answers at its address may have said anything. */
export function plainVersion(said: string): string {
  const plain = said
    .toWellFormed()
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();
  return [...plain.slice(0, 2 * LONGEST)].slice(0, LONGEST).join('').toWellFormed();
}
