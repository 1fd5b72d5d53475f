import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const tracks = ['curl', 'cli', 'sdk'] as const;
export type Track = (typeof tracks)[number];

/** A fenced block that is run, and what the guide shows after it. */
export interface Step {
  readonly line: number;
  /** `service` stays in the background; `crontab` is a line of a crontab, run as cron would. */
  readonly kind: 'sh' | 'js' | 'service' | 'crontab';
  readonly text: string;
  /** Lines that must come, in this order; `…` stands for anything. */
  readonly shown: readonly string[];
}

const folder = fileURLToPath(new URL('../../../../docs/guides/', import.meta.url));

/** The steps of one track of a guide: its own blocks and those of no track, in their order. */
export function readSteps(name: string, track: Track): readonly Step[] {
  const markdown = readFileSync(`${folder}${name}.md`, 'utf8');
  const steps: (Step & { shown: string[]; of: string })[] = [];
  for (const { 1: info, 2: text, index } of markdown.matchAll(/^```([^\n]+)\n(.*?)^```$/gms)) {
    const [language = '', mark = ''] = info!.split(' ');
    if ((tracks as readonly string[]).includes(mark) && mark !== track) continue;
    if (language === 'text') {
      // What is shown belongs to the block above it.
      steps.at(-1)?.shown.push(...text!.split('\n').filter((line) => line.trim() !== ''));
      continue;
    }
    if (!['sh', 'js', 'crontab'].includes(language)) continue;
    const kind = mark === 'service' ? 'service' : (language as Step['kind']);
    steps.push({ line: markdown.slice(0, index).split('\n').length, kind, text: text!, shown: [], of: mark });
  }
  return steps;
}

/** What a guide shows, found in what came: each line in its order, blanks and frames of tables aside. */
export function missingLine(shown: readonly string[], came: string): string | undefined {
  const lines = came.split('\n').map((line) => line.replaceAll(/[\s│]+/g, ' ').trim());
  let at = 0;
  for (const line of shown) {
    const parts = line
      .replaceAll(/[\s│]+/g, ' ')
      .trim()
      .split('…')
      .map(RegExp.escape);
    const pattern = new RegExp(`^${parts.join('.*')}$`);
    const found = lines.slice(at).findIndex((one) => pattern.test(one));
    if (found === -1) return line;
    at += found + 1;
  }
  return undefined;
}
