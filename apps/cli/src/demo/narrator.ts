/** How the demo tells its story: numbered steps, the command a person would type, and what came back. */
import { print } from '../terminal/output.ts';
import { plain } from '../terminal/plain.ts';
import { bold, cyan, dim, green, heading } from '../terminal/style.ts';

/** Longer texts of an answer, such as tokens, are shown by their beginning. */
const LONGEST = 96;
/** A package's hours are a long list. */
const MOST_ENTRIES = 2;

export interface Narrator {
  step(title: string, why: string): void;
  /** Lines of one command, to be pasted as they are. */
  command(...lines: readonly string[]): void;
  /** A status and, where there is one, the JSON that came back. */
  answer(status: string, body?: unknown): void;
  say(text: string): void;
}

export function createNarrator(): Narrator {
  let steps = 0;
  return {
    step(title, why) {
      steps += 1;
      print();
      print(heading(`${steps}  ${title}`));
      print(dim(`   ${why}`));
    },
    command(...lines) {
      print();
      for (const [index, line] of lines.entries()) {
        const mark = index === 0 ? '$ ' : '  ';
        print(`   ${dim(mark)}${cyan(index < lines.length - 1 ? `${line} \\` : line)}`);
      }
    },
    answer(status, body) {
      print(`   ${/^[23]/.test(status) ? green(status) : bold(status)}`);
      if (body === undefined) return;
      const json = JSON.stringify(body, (_key, value: unknown) => brief(value), 2);
      for (const line of json.split('\n')) print(`   ${line}`);
    },
    say: (text) => print(text === '' ? '' : `   ${text}`),
  };
}

/** Long texts by their beginning, long lists by their first entries. */
function brief(value: unknown): unknown {
  if (typeof value === 'string') return short(value);
  if (!Array.isArray(value) || value.length <= MOST_ENTRIES) return value;
  const shown: unknown[] = value.slice(0, MOST_ENTRIES - 1);
  return [...shown, `… ${value.length - shown.length} more`];
}

function short(text: string): string {
  const shown = plain(text);
  return shown.length <= LONGEST ? shown : `${shown.slice(0, 24)}… (${shown.length} characters)`;
}
