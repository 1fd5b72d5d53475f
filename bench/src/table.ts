/** One line of the table: what the issue asks for, what was measured, and whether it is met; undefined where nothing is asked. */
export interface Line {
  readonly what: string;
  readonly target?: string;
  readonly measured: string;
  readonly met?: boolean;
}

const HEAD = ['what', 'to reach', 'measured', ''] as const;

export function printTable(lines: readonly Line[]): void {
  const rows = lines.map(({ what, target = '', measured, met }) => [
    what,
    target,
    measured,
    met === undefined ? '' : met ? 'met' : 'NOT MET',
  ]);
  const widths = HEAD.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]!.length)));
  const print = (row: readonly string[]) =>
    process.stdout.write(
      `${row
        .map((text, column) => text.padEnd(widths[column]!))
        .join('  ')
        .trimEnd()}\n`,
    );
  print(HEAD);
  print(widths.map((width) => '─'.repeat(width)));
  for (const row of rows) print(row);
}

/** What is going on, for whoever waits; the table alone goes to standard output. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
