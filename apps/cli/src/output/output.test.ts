import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import type { Column } from './column.ts';
import { type Form, formOf, type ListOptions, withListForms } from './form.ts';
import { printItem, printList } from './print-list.ts';
import { compileQuery } from './query.ts';

interface Meter {
  readonly agentId: string;
  readonly label: string;
  readonly key?: { readonly epoch: number };
}

const METERS: readonly Meter[] = [
  { agentId: 'a', label: 'um, "one"', key: { epoch: 2 } },
  { agentId: 'b', label: '=1+1' },
];
const COLUMNS: readonly Column<Meter>[] = [
  { name: 'agentId', title: 'Meter' },
  { name: 'label' },
  {
    name: 'epoch',
    of: ({ key }) => key?.epoch,
    show: (epoch) => (epoch ? `epoch ${epoch}` : 'none'),
    right: true,
  },
  { name: 'initial', of: ({ label }) => label[0], extra: true },
];

/** What a form of the meters prints. */
async function printed(
  options: ListOptions,
  items: Iterable<Meter> | AsyncIterable<Meter> = METERS,
): Promise<string> {
  return capture(async () => printList(items, COLUMNS, await formOf(options), { empty: 'No meter.' }));
}

async function capture(run: () => Promise<void>): Promise<string> {
  const { write } = process.stdout;
  let text = '';
  process.stdout.write = ((piece: string) => {
    text += piece;
    return true;
  }) as typeof write;
  try {
    await run();
  } finally {
    process.stdout.write = write;
  }
  return text;
}

test('a table shows titles and what people read, without the extra columns', async () => {
  assert.deepEqual((await printed({})).trimEnd().split('\n'), [
    '  Meter  Label        Epoch',
    `  ${'─'.repeat(25)}`,
    '  a      um, "one"  epoch 2',
    '  b      =1+1          none',
  ]);
  assert.equal(await printed({}, []), '  No meter.\n');
});

test('CSV has every column under its name, quotes as RFC 4180 says, and guards what a spreadsheet would run', async () => {
  assert.equal(
    await printed({ csv: true }),
    'agentId,label,epoch,initial\na,"um, ""one""",2,u\nb,\'=1+1,,\'=\n',
  );
  assert.equal(await printed({ csv: true }, []), 'agentId,label,epoch,initial\n');
});

test('JSON is the items as they are, and one array also when there is none', async () => {
  assert.deepEqual(JSON.parse(await printed({ json: true })), METERS);
  assert.deepEqual(JSON.parse(await printed({ json: true }, [])), []);
});

test('JSON and CSV are written as items come: what came before a failure is there', async () => {
  async function* failing() {
    yield METERS[0]!;
    throw new Error('gone');
  }
  let text = '';
  text = await capture(() =>
    assert.rejects(formOf({ csv: true }).then((form) => printList(failing(), COLUMNS, form))),
  );
  assert.match(text, /^agentId.*\na,/);
});

test('named columns come in that order in every form', async () => {
  const columns = ['epoch', 'agentId'];
  assert.match(await printed({ columns }), /^ +Epoch {2}Meter\n/);
  assert.equal(await printed({ columns, csv: true }), 'epoch,agentId\n2,a\n,b\n');
  assert.deepEqual(JSON.parse(await printed({ columns, json: true })), [
    { epoch: 2, agentId: 'a' },
    { agentId: 'b' },
  ]);
});

test('a query gives values a line each, objects as rows, and JSON just as it is', async () => {
  assert.equal(await printed({ query: '[].agentId' }), 'a\nb\n');
  assert.equal(await printed({ query: 'length(@)' }), '2\n');
  assert.match(
    await printed({ query: '[].{id: agentId, key: key}' }),
    /id {2}key\n.*\n {2}a {3}\{"epoch":2\}\n/,
  );
  assert.equal(await printed({ query: '[].{id: agentId}', csv: true }), 'id\na\nb\n');
  assert.equal(await printed({ query: '[].[agentId, key.epoch]' }), 'a\t2\nb\t\n');
  assert.deepEqual(JSON.parse(await printed({ query: '[?key].agentId', json: true })), ['a']);
  assert.equal(await printed({ query: '[0].nothing' }), '');
  assert.equal(await printed({ query: '[0].nothing', json: true }), 'null\n');
});

test('a query sorts numbers by their size and texts by their letters, wherever it sorts', () => {
  const of = (expression: string, value: unknown) => compileQuery(expression)(value);
  assert.deepEqual(of('sort(@)', [1000, 7, 9]), [7, 9, 1000]);
  assert.deepEqual(of('sort( [].n )[-1]', [{ n: 10 }, { n: 9 }]), 10);
  assert.deepEqual(
    of('{up: sort(a), down: reverse(sort(b[?(n > `1`)].n))}', {
      a: ['b', 'a'],
      b: [{ n: 1 }, { n: 4 }, { n: 30 }],
    }),
    { up: ['a', 'b'], down: [30, 4] },
  );
  assert.deepEqual(of('sort(@)', []), []);
  assert.deepEqual(of('[sort, \'sort(a)\', "sort"]', { sort: 1 }), [1, 'sort(a)', 1]);
  assert.throws(() => of('sort(@)', [1, 'a']), /TypeError/);
  assert.throws(() => compileQuery('sort(@'), /--query: /);
});

test('a query that is none is refused before anything is asked; one that does not fit the value, afterwards', async () => {
  await assert.rejects(formOf({ query: '[?' }), { exitCode: 2, message: /^--query: / });
  await assert.rejects(formOf({ query: 'lenght(@)' }), { exitCode: 2, message: /Unknown function: lenght/ });
  const form = await formOf({ query: 'keys(@)' });
  await assert.rejects(printList(METERS, COLUMNS, form), { exitCode: 2, message: /keys\(\)/ });
});

test('options that contradict each other are refused, all at once', async () => {
  await assert.rejects(
    formOf({ json: true, csv: true, query: 'a', columns: ['label'] }),
    (error: { faults: string[] }) => {
      assert.equal(error.faults.length, 2);
      return true;
    },
  );
});

test('one item is its columns a line each, without those that have nothing', async () => {
  const form = (options: ListOptions): Promise<Form> => formOf(options);
  const { key: _none, ...bare } = METERS[0]!;
  const columns = COLUMNS.map(({ show: _show, ...column }) => column);
  assert.equal(
    await capture(async () => printItem(bare, columns, await form({}))),
    '  Meter  a\n  Label  um, "one"\n',
  );
  assert.equal(
    await capture(async () => printItem(bare, columns, await form({ query: 'label' }))),
    'um, "one"\n',
  );
});

test('a column that is not there is refused, and those that are named', () => {
  const command = withListForms(new Command('list'), COLUMNS, { filter: 'label==um46', sort: 'label' })
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  assert.throws(
    () => command.parse(['--columns', 'label,size'], { from: 'user' }),
    /no column "size".*agentId, label, epoch/,
  );
  assert.throws(() => command.parse(['--limit', '0'], { from: 'user' }), /from 1/);
  command.parse(['--columns', 'label, epoch', '--limit', '5'], { from: 'user' });
  assert.deepEqual(command.opts(), { columns: ['label', 'epoch'], limit: 5 });
});
