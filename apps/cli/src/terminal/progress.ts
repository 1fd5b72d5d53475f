import { note } from './output.ts';

export interface Progress {
  /** `done` of the total, and a few words on what is under way. */
  update(done: number, words?: string): void;
  /** A line that stays, above the bar. */
  tell(line: string): void;
  stop(): void;
}

const PLAIN_LINES = 10;

/**
 * A bar on standard error while a terminal watches; otherwise a plain line for each tenth, so that a log stays short.
 * @param quiet nothing at all, for `--json`
 */
export async function startProgress(label: string, total: number, quiet = false): Promise<Progress> {
  if (quiet) return { update() {}, tell() {}, stop() {} };
  if (!process.stderr.isTTY) return plainProgress(label, total);
  const { default: cliProgress } = await import('cli-progress');
  const bar = new cliProgress.SingleBar({
    format: `${label} {bar} {percentage}% {words}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 32,
    hideCursor: true,
    stream: process.stderr,
    clearOnComplete: true,
    fps: 12,
  });
  bar.start(total, 0, { words: '' });
  return {
    update: (done, words = '') => bar.update(done, { words }),
    tell: (line) => process.stderr.write(`\r\x1b[K${line}\n`),
    stop: () => bar.stop(),
  };
}

function plainProgress(label: string, total: number): Progress {
  let told = 0;
  return {
    update(done, words = '') {
      const tenth = total === 0 ? PLAIN_LINES : Math.floor((done * PLAIN_LINES) / total);
      if (tenth <= told) return;
      told = tenth;
      note(`${label}: ${Math.floor((done * 100) / Math.max(total, 1))} %${words === '' ? '' : `, ${words}`}`);
    },
    tell: note,
    stop() {},
  };
}
