/**
 * One long-lived virsh that answers one question after the other, so that a look costs no new process and no new login.
 *
 * An interactive virsh that is not at a terminal still prints its prompt and repeats each command, and tells success and
 * failure apart only by what it writes. So each question is followed by a mark on both streams, spelt so that its repetition
 * differs from itself and new each time, so that nothing in an answer can pass for it.
 */
import { randomBytes } from 'node:crypto';
import { CollectorFailure } from '../../inventory/index.ts';
import { failureOf, startFailure } from './failure.ts';
import { endVirsh, startVirsh, type Virsh, type VirshOptions } from './virsh-program.ts';

/** Longest answer, characters: a host of 1,000 domains and 4,000 processors answers with a sixth of it. */
const LONGEST_ANSWER = 64 * 1024 * 1024;

const REPEATED_MARK = /^echo (?:--err )?"m"[0-9a-f]{24}$/;

export interface Answer {
  readonly out: string;
  /** What went wrong, empty when nothing did. */
  readonly err: string;
}

export interface Session {
  /**
   * Asks all of the commands and gives their answers in one.
   * @throws CollectorFailure when the connection ends or nothing comes in time; the session is of no use after that
   */
  ask(...commands: readonly string[]): Promise<Answer>;
  /** The same for commands that must not fail. @throws CollectorFailure also when virsh says that one did */
  tell(...commands: readonly string[]): Promise<string>;
  /** Ends the process; resolves when it is gone. */
  end(): Promise<void>;
}

export interface SessionOptions extends Omit<VirshOptions, 'arguments'> {
  /** How long one answer may take, milliseconds. */
  readonly patience: number;
  readonly onAnswer: (bytes: number) => void;
}

/** Starts a session; whether the connection can be made shows at the first question. */
export function openSession(options: SessionOptions): Session {
  const virsh = startVirsh(options);
  const streams = [gather(virsh.stdout), gather(virsh.stderr)] as const;
  let failure: CollectorFailure | undefined;
  let wake = () => {};
  let doing = 'connecting';
  const fail = (reason: CollectorFailure) => {
    failure ??= reason;
    wake();
  };
  virsh.on('error', (cause) => fail(startFailure(options.program, cause)));
  virsh.on('close', () =>
    fail(
      failureOf(doing, streams[1].text(), doing === 'connecting' ? 'connection-refused' : 'connection-lost'),
    ),
  );
  // A question to a virsh that has just ended: `close` tells what it died of.
  virsh.stdin.on('error', () => {});
  for (const stream of streams) stream.onMore(() => wake());
  // It would connect anew by itself and say nothing of what it missed.
  virsh.stderr.on('data', () => {
    if (streams[1].has('Disconnected from')) fail(failureOf(doing, streams[1].text(), 'connection-lost'));
  });

  async function ask(...commands: readonly string[]): Promise<Answer> {
    const secret = randomBytes(12).toString('hex');
    virsh.stdin.write([...commands, `echo "m"${secret}`, `echo --err "m"${secret}`, ''].join('\n'));
    await bothMarked(`m${secret}`);
    const [out, err] = streams.map((stream) => stream.take(`m${secret}`)) as [string, string];
    doing = 'asking';
    options.onAnswer(out.length + err.length);
    return { out: withoutPrompts(out, new Set(commands)), err: err.replace(/error: $/, '').trim() };
  }

  async function bothMarked(mark: string): Promise<void> {
    const late = setTimeout(
      () => fail(new CollectorFailure('timed-out', `${doing}: no answer in ${options.patience / 1000} s`)),
      options.patience,
    );
    try {
      while (failure === undefined && !streams.every((stream) => stream.has(mark))) {
        if (streams.some((stream) => stream.length() > LONGEST_ANSWER))
          throw new CollectorFailure(
            'answer-not-understood',
            `${doing}: an answer of more than ${LONGEST_ANSWER} characters`,
          );
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      clearTimeout(late);
    }
    if (failure !== undefined) throw failure;
  }

  return {
    ask,
    async tell(...commands) {
      const { out, err } = await ask(...commands);
      if (err !== '') throw failureOf(`asking ${commands.join(', ')}`, err, 'answer-not-understood');
      return out;
    },
    end: () => endVirsh(virsh),
  };
}

/** Collects the text of a stream until it is taken. */
function gather(stream: Virsh['stdout']) {
  let chunks: string[] = [];
  let length = 0;
  // A mark is followed by no more than a prompt and a repeated command.
  let tail = '';
  let onMore = () => {};
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    chunks.push(chunk);
    length += chunk.length;
    tail = (tail + chunk).slice(-4096);
    onMore();
  });
  return {
    onMore(listener: () => void) {
      onMore = listener;
    },
    length: () => length,
    text: () => chunks.join(''),
    has: (mark: string) => tail.includes(mark),
    /** What stands before the mark; it and the mark are gone then. */
    take(mark: string): string {
      const text = chunks.join('');
      const at = text.indexOf(mark);
      const rest = text.slice(at + mark.length);
      chunks = [rest];
      length = rest.length;
      tail = rest.slice(-4096);
      return text.slice(0, at);
    },
  };
}

/** Takes out the prompts, which stand before an answer's first line, and the repeated commands, also of the question before. */
function withoutPrompts(out: string, commands: ReadonlySet<string>): string {
  const lines = [];
  for (const line of out.split('\n')) {
    const bare = line.replace(/^(?:virsh [#>] )+/, '');
    const repeated =
      bare.length < line.length && (bare === '' || commands.has(bare) || REPEATED_MARK.test(bare));
    if (!repeated) lines.push(bare);
  }
  return lines.join('\n');
}
