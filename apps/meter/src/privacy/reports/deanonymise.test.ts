import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { REPORT_COLUMNS, REPORTS, type ReportType } from '@meterhouse/contract';
import { toTsv } from '@meterhouse/metering';
import fc from 'fast-check';
import { createHide } from '../hide.ts';
import { deanonymise } from '../index.ts';

const hide = createHide(Buffer.alloc(32, 5));
const types = Object.keys(REPORTS) as ReportType[];

async function folder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'deanonymise-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}
async function through(t: TestContext, bytes: string | Uint8Array, names: ReadonlyMap<string, string>) {
  const dir = await folder(t);
  await writeFile(join(dir, 'in'), bytes);
  const outcome = await deanonymise(join(dir, 'in'), join(dir, 'out'), names);
  assert.deepEqual((await readdir(dir)).sort(), ['in', 'out']);
  assert.equal((await stat(join(dir, 'out'))).mode & 0o777, 0o600);
  return { outcome, bytes: await readFile(join(dir, 'out')) };
}
const attributes = { Name: 'vm', Host: 'host', Cluster: 'cluster', Customer: 'customer' } as const;

/** A row of a report: each name column holds `name`, hidden or plain; others something of their kind. */
function row(type: ReportType, name: string, hidden: boolean, at: number): string[] {
  return REPORTS[type].columns.map((column) => {
    if (column in attributes)
      return hidden ? hide(attributes[column as keyof typeof attributes], name) : name;
    const kind = REPORT_COLUMNS[column];
    if (kind.type === 'integer') return String(at);
    if (kind.type === 'decimal') return `${at}.125`;
    if (kind.type === 'instant') return 'published' in kind ? '2023-01-01 5:00:00' : '2023-01-01T05:00:00Z';
    // A hidden name in a column that holds none stays.
    return column === 'vcId' ? hide('vm', name) : `text ${at}`;
  });
}
const dictionary = (...names: readonly string[]) =>
  new Map(
    names.flatMap((name) => Object.values(attributes).map((each) => [hide(each, name), name] as const)),
  );

const guarded = (text: string) => (/^[-=+@＝＋－＠]/u.test(text) ? `'${text}` : text);
const csv = (type: ReportType, rows: readonly (readonly string[])[]) =>
  [[...REPORTS[type].columns], ...rows]
    .map((cells, line) =>
      cells
        .map((cell, at) =>
          line === 0 || REPORT_COLUMNS[REPORTS[type].columns[at]!].type === 'text'
            ? `"${guarded(cell).replaceAll('"', '""')}"`
            : cell,
        )
        .join(','),
    )
    .map((line) => `${line}\r\n`)
    .join('');
function json(type: ReportType, rows: readonly (readonly string[])[]): string {
  const columns = REPORTS[type].columns;
  const head = JSON.stringify({
    reportType: type,
    month: '2023-01',
    agentId: '88531d1c-296e-4b47-8431-c0e8182148e7',
    columns: columns.map((name) => ({ name, type: REPORT_COLUMNS[name].type })),
  });
  const lines = rows.map((cells) =>
    JSON.stringify(
      Object.fromEntries(
        columns.map((name, at) => [
          name,
          REPORT_COLUMNS[name].type === 'integer' ? Number(cells[at]) : cells[at],
        ]),
      ),
    ),
  );
  return `${head.slice(0, -1)},"rows":[\n${lines.join(',\n')}\n]}\n`;
}
const FORMS: Readonly<Record<string, (type: ReportType, rows: readonly (readonly string[])[]) => string>> = {
  tsv: (type, rows) => toTsv(REPORTS[type].columns, rows),
  csv,
  json,
};

const name = fc
  .oneof(
    fc.constantFrom(
      '=cmd|calc!A0',
      '+1',
      '-2',
      '@SUM',
      '＝1',
      'say "no", twice',
      'a,b;c',
      '{"a":1}',
      'Übergröße 漢字 😀',
      'x\\N\\t',
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  )
  .map((text) => text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, '_'));

test('every report, in every text form, packed or not, comes back as the same report with plain names', async (t) => {
  for (const type of types)
    for (const [form, render] of Object.entries(FORMS))
      await fc.assert(
        fc.asyncProperty(fc.array(name, { maxLength: 8 }), fc.boolean(), async (names, packed) => {
          const rows = (hidden: boolean) => names.map((each, at) => row(type, each, hidden, at));
          const given = render(type, rows(true));
          const { outcome, bytes } = await through(t, packed ? gzipSync(given) : given, dictionary(...names));
          const got = (packed ? gunzipSync(bytes) : bytes).toString('utf8');
          assert.equal(got, render(type, rows(false)), form);
          const columns = REPORTS[type].columns.filter((column) => column in attributes).length;
          assert.deepEqual(outcome, {
            form: packed ? 'packed-text' : 'text',
            replaced: columns * names.length,
            unknown: 0,
          });
        }),
        { numRuns: 8, examples: [[[], true]] },
      );
});

test('what is not hidden, or hidden by another meter, stays byte for byte and is counted', async (t) => {
  const rows = [
    row('VM_HISTORY', 'known', true, 1),
    row('VM_HISTORY', 'stranger', true, 2),
    row('VM_HISTORY', 'plain', false, 3),
  ];
  rows[2]![2] = 'redacted';
  for (const [form, render] of Object.entries(FORMS)) {
    const { outcome, bytes } = await through(t, render('VM_HISTORY', rows), dictionary('known'));
    const expected = [row('VM_HISTORY', 'known', false, 1), rows[1]!, rows[2]!];
    assert.equal(bytes.toString(), render('VM_HISTORY', expected), form);
    assert.deepEqual(outcome, { form: 'text', replaced: 4, unknown: 4 });
  }
});

test('only a whole cell is a hidden name; the mark of two that shared one stays behind it', async (t) => {
  const hidden = hide('host', 'esx1');
  const cells = [`${hidden}x`, `x${hidden}`, hidden.toUpperCase(), `${hidden} #0a1b2c`, hidden];
  const rows = cells.map((cell, at) => row('VM_HISTORY', 'plain', false, at).with(3, cell));
  const { bytes } = await through(t, FORMS.tsv!('VM_HISTORY', rows), dictionary('esx1'));
  const hosts = bytes
    .toString()
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t')[3]);
  assert.deepEqual(hosts, [...cells.slice(0, 3), 'esx1 #0a1b2c', 'esx1']);
});

test('what is no report, or not whole, is refused, told why, and leaves nothing behind', async (t) => {
  const tsv = FORMS.tsv!('VM_HISTORY', [row('VM_HISTORY', 'a', true, 1)]);
  const packed = gzipSync(Buffer.from(tsv.repeat(50)));
  for (const [bytes, why] of [
    ['', /is empty/],
    ['a\tb\n1\t2\n', /columns are those of none/],
    ['{"a":1}\n', /columns are those of none/],
    [json('VM_HISTORY', []).slice(0, -3), /end is missing/],
    [`${json('VM_HISTORY', []).split('\n')[0]}\n{"vcId":\n]}\n`, /no JSON/],
    [packed.subarray(0, packed.length - 20), /damaged or its end is missing/],
    [Buffer.from('PK\x03\x04zip'), /is a zip/],
    [Buffer.from('PAR1 and no more'), /damaged/],
    [Buffer.alloc(3_000_000, 0x61), /no end|columns/],
  ] as const) {
    const dir = await folder(t);
    await writeFile(join(dir, 'in'), bytes);
    await assert.rejects(
      deanonymise(join(dir, 'in'), join(dir, 'out'), new Map()),
      (error: Error & { code: string }) => {
        assert.equal(error.code, 'report-not-understood', String(error));
        assert.match(error.message, why);
        return true;
      },
    );
    assert.deepEqual(await readdir(dir), ['in']);
  }
});

test('a long history is rewritten in pieces, wherever a piece happens to end', async (t) => {
  // Most bytes are within a character of four, and most pieces end there.
  const emoji = '😀'.repeat(150);
  const rows = (hidden: boolean) =>
    Array.from({ length: 2_000 }, (_, at) => row('VM_HISTORY', `näme-${at}`, hidden, at).with(16, emoji));
  const names = dictionary(...rows(false).map((cells) => cells[2]!));
  const [given, expected] = [true, false].map((hidden) => FORMS.tsv!('VM_HISTORY', rows(hidden)));
  for (const packed of [false, true]) {
    const { outcome, bytes } = await through(t, packed ? gzipSync(given!) : given!, names);
    assert.equal(outcome.replaced, 8_000);
    assert.ok((packed ? gunzipSync(bytes) : bytes).equals(Buffer.from(expected!)));
  }
});
