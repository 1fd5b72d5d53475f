import { spawn, spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { MAIN } from './meterhouse.ts';

/** What keys send. */
export const KEY = {
  enter: '\r',
  down: '\u001b[B',
  escape: '\u001b',
  ctrlC: '\u0003',
  ctrlD: '\u0004',
  /** Takes away what stands on the line. */
  ctrlU: '\u0015',
} as const;

/** Node makes no pseudo-terminals; Python's standard library does. It ends with the status of what ran in it. */
const PSEUDO_TERMINAL = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';

export const noTerminal =
  spawnSync('python3', ['-c', 'import pty']).status === 0 ? false : 'there is no python3 here';

/** How long a question may take to come; a busy machine is slow, and a question that never comes is to be told. */
const PATIENCE_MS = 60_000;

interface Place {
  /** Where standard output goes in place of the terminal. */
  readonly stdout?: string;
  /** `stty` words; a terminal says 0 lines of 0 characters where nobody set its size. */
  readonly size?: string;
}

/** The command at a terminal of its own, where a test is the person: reads what is shown, and presses keys. */
export class Terminal {
  readonly #child;
  readonly #ended: Promise<number>;
  #written = '';
  #read = 0;
  #look = () => {};

  constructor(words: readonly string[], environment: Readonly<Record<string, string>>, place: Place = {}) {
    const { stdout, size = 'cols 100 rows 30' } = place;
    const shell = `stty ${size}; exec "$@"${stdout === undefined ? '' : ` >'${stdout}'`}`;
    this.#child = spawn(
      'python3',
      ['-c', PSEUDO_TERMINAL, 'sh', '-c', shell, 'sh', process.execPath, MAIN, ...words],
      {
        env: { PATH: process.env.PATH, TERM: 'xterm-256color', ...environment },
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    this.#child.stdin.on('error', () => {});
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#written += text;
      this.#look();
    });
    this.#ended = new Promise((resolve) => this.#child.once('close', (status) => resolve(status ?? -1)));
  }

  /** All bytes that came to the terminal. */
  get written(): string {
    return this.#written;
  }

  /** The same as a person reads it, one picture of the question after another. */
  get shown(): string {
    return stripVTControlCharacters(this.#written).replaceAll('\r', '');
  }

  /** Waits until these words are shown after those that were waited for before. @throws Error with all that was shown */
  async shows(words: string): Promise<this> {
    const gone = this.#ended.then((status) => `the command ended with ${status}`);
    let clock: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      clock = setTimeout(resolve, PATIENCE_MS, 'nothing of it came');
    });
    const seen = new Promise<undefined>((resolve) => {
      this.#look = () => {
        const at = this.shown.indexOf(words, this.#read);
        if (at < 0) return;
        this.#read = at + words.length;
        this.#look = () => {};
        resolve(undefined);
      };
      this.#look();
    });
    const why = await Promise.race([seen, gone, late]);
    clearTimeout(clock);
    if (why === undefined) return this;
    this.#child.kill();
    throw new Error(`"${words}" is not shown: ${why}. Shown is:\n${this.shown}`);
  }

  press(keys: string): this {
    this.#child.stdin.write(keys);
    return this;
  }

  /** The exit status. */
  async ends(): Promise<number> {
    const clock = setTimeout(() => this.#child.kill(), PATIENCE_MS);
    const status = await this.#ended;
    clearTimeout(clock);
    return status;
  }
}
