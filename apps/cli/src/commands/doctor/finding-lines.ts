import { plural } from '../../terminal/numbers.ts';
import { plain } from '../../terminal/plain.ts';
import { bold, dim, green, red, yellow } from '../../terminal/style.ts';
import type { Finding } from './finding.ts';

const SIGNS = { ok: green('✓'), doubt: yellow('!'), fault: red('✗') } as const;
const WIDTH = 12;

/** A line, and what to do in a second one. */
export function tellFinding({ check, state, says, mend }: Finding): string[] {
  const text = says
    .split('\n')
    .map(plain)
    .join(`\n${' '.repeat(WIDTH + 6)}`);
  return [
    `  ${SIGNS[state]} ${bold(check.padEnd(WIDTH))}  ${text}`,
    ...(mend === undefined ? [] : [`    ${' '.repeat(WIDTH)}  ${dim('→')} ${plain(mend)}`]),
  ];
}

export function tellOutcome(found: readonly Finding[]): string {
  const count = (state: Finding['state']) => found.filter((finding) => finding.state === state).length;
  const [faults, doubts] = [count('fault'), count('doubt')];
  if (faults + doubts === 0) return green(`  ${plural(found.length, 'check')}, all is well.`);
  const words = `  ${plural(found.length, 'check')}: ${plural(faults, 'fault')}, ${doubts} worth a look.`;
  return faults > 0 ? red(words) : yellow(words);
}
