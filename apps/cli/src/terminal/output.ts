/** Results go to standard output, everything about the way there to standard error. */
export function print(text = ''): void {
  process.stdout.write(`${text}\n`);
}

export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Characters of a line of the terminal; without one a line may be as long as it is. */
export function screenWidth(): number {
  // Some terminals say 0 where they do not know.
  return (process.stdout.isTTY && process.stdout.columns) || Number.POSITIVE_INFINITY;
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}
