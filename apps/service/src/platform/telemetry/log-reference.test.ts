import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../..', import.meta.url));
const page = readFileSync(join(root, 'docs/operating/logs.md'), 'utf8');

/** Every call of a logger in the service: its level, its fields where they are written out, its messages. */
function calls() {
  const files = globSync(join(root, 'apps/service/src/**/*.ts')).filter(
    (file) => !/\.test\.ts$|testing/.test(file),
  );
  return files.flatMap((file) => {
    const source = readFileSync(file, 'utf8').replaceAll(/\/\/.*$/gm, '');
    return [...source.matchAll(/(?:[lL]ogger|\blog)\.(info|warn|error|fatal)\(/g)].map((match) => {
      const text = argumentsAfter(source, match.index + match[0].length);
      const [, fields = ''] = /^\s*\{(.*?)\},?\s*(?:'|[a-z]+ [=?])/s.exec(text) ?? [];
      return {
        level: match[1]!,
        messages: [...text.replace(fields, '').matchAll(/'((?:[^'\\]|\\.)*)'/g)].map(
          ([, message]) => message!,
        ),
        fields: [...fields.matchAll(/(?:^|,)\s*([a-z]\w*)\s*(?=[,:]|$)/gi)].map(([, name]) => name!),
      };
    });
  });
}

function argumentsAfter(source: string, start: number): string {
  let depth = 1;
  let end = start;
  while (depth > 0) {
    if ('([{'.includes(source[end]!)) depth += 1;
    if (')]}'.includes(source[end]!)) depth -= 1;
    end += 1;
  }
  return source.slice(start, end - 1);
}

test('every line that the service can log is in docs/operating/logs.md, with its level and its fields', () => {
  const found = calls();
  assert.ok(found.length > 25);
  for (const { level, messages, fields } of found)
    for (const message of messages) {
      const row = page.split('\n').find((line) => line.includes(`| ${level} | ${message} |`));
      assert.ok(row, `${level}: ${message}`);
      for (const field of fields) assert.ok(row.includes(`\`${field}\``), `${field} of "${message}"`);
    }
});

test('docs/operating/logs.md names no line that is never logged', () => {
  const known = new Set(calls().flatMap(({ messages }) => messages));
  for (const [, message] of page.matchAll(/^\| \w+ \| (?:info|warn|error|fatal) \| (.*?) \|/gm))
    assert.ok(known.has(message!), message);
});
