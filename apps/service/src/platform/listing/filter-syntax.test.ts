import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkFilter } from './check-filter.ts';
import { type FilterTree, readFilter } from './filter-syntax.ts';
import { checkSort } from './sort.ts';

const selectors = {
  label: 'text',
  agentId: 'uuid',
  createdAt: 'instant',
  sequence: 'integer',
  state: ['running', 'registered'],
} as const;

/** A tree as fully parenthesised text. */
function written(tree: FilterTree): string {
  if (tree.kind !== 'comparison') return `(${tree.parts.map(written).join(tree.kind === 'and' ? ';' : ',')})`;
  return `${tree.selector}${tree.operator}${tree.values.map(({ pieces }) => pieces.join('*')).join('|')}`;
}

test('and binds tighter than or, parentheses tighter than both', () => {
  const cases = {
    'a==1;b==2,c==3': '((a==1;b==2),c==3)',
    'a==1,b==2;c==3': '(a==1,(b==2;c==3))',
    '(a==1,b==2);c==3': '((a==1,b==2);c==3)',
    'a==1;b==2;c==3': '(a==1;b==2;c==3)',
    '((a==1))': 'a==1',
    'a=in=(1,"2,3",4)': 'a=in=1|2,3|4',
    'a>=1;b<2;c>3;d<=4': '(a=ge=1;b=lt=2;c=gt=3;d=le=4)',
  };
  for (const [text, meant] of Object.entries(cases)) assert.equal(written(readFilter(text).tree!), meant);
});

test('a star that is escaped in quotes is a star, all others stand for anything', () => {
  const pieces = (text: string) => {
    const { tree } = readFilter(text);
    assert.ok(tree?.kind === 'comparison');
    return tree.values[0]!.pieces;
  };
  assert.deepEqual(pieces('a==x*y*'), ['x', 'y', '']);
  assert.deepEqual(pieces('a=="x\\*y*"'), ['x*y', '']);
  assert.deepEqual(pieces(`a=='it\\'s "so" \\\\'`), [`it's "so" \\`]);
  assert.deepEqual(pieces('a==""'), ['']);
});

test('every fault is told at once, with its place', () => {
  const faults = (text: string) => {
    const checked = checkFilter(selectors, text);
    return 'faults' in checked ? checked.faults.map(({ at, message }) => `${at} ${message}`) : [];
  };
  assert.deepEqual(
    faults('nothing==1;agentId==x;(sequence=gt=many,state=in=(idle,running)),createdAt=foo=1;label'),
    [
      '1 no such selector; there are label, agentId, createdAt, sequence, state',
      '21 must be a UUID',
      '36 must be a whole number of at most 18 digits',
      '51 must be one of running, registered',
      '66 createdAt takes the operators == != =in= =out= =gt= =ge= =lt= =le=',
      '87 expected an operator such as ==',
    ],
  );
  assert.deepEqual(faults('createdAt=lt=2023-02-30'), [
    '14 must be a time such as 2023-01-01T05:00:00Z, or a day',
  ]);
  assert.deepEqual(faults('label==(a,b)'), ['1 == takes one value']);
  assert.deepEqual(faults('label=in=a'), ['1 =in= takes a list: (a,b)']);
  assert.deepEqual(faults('label=gt=a*'), [
    '10 a * that stands for any characters goes with == and != only; write "\\*" for a star',
  ]);
  assert.deepEqual(faults('agentId=gt=88531d1c-296e-4b47-8431-c0e8182148e7'), [
    '1 agentId takes the operators == != =in= =out=',
  ]);
  for (const name of ['__proto__', 'constructor', 'toString']) assert.equal(faults(`${name}==1`).length, 1);
});

test('a text that stops being a filter says where', () => {
  const at = (text: string) => readFilter(text).fault?.at;
  assert.equal(at(''), 1);
  assert.equal(at('label'), 6);
  assert.equal(at('label=='), 8);
  assert.equal(at('label==a b'), 9);
  assert.equal(at('(label==a'), 10);
  assert.equal(at('label==a)'), 9);
  assert.equal(at('label=="a'), 8);
  assert.equal(at('label==a;;label==b'), 10);
  assert.equal(at('label=in=()'), 11);
});

test('length, depth and number of comparisons have a limit', () => {
  const nested = (depth: number) => `${'('.repeat(depth)}label==a${')'.repeat(depth)}`;
  const many = (count: number) => Array(count).fill('label==a').join(',');
  const long = (length: number) => `label==${'a'.repeat(length - 7)}`;
  for (const [make, most] of [
    [nested, 8],
    [many, 32],
    [long, 1024],
  ] as const) {
    assert.equal(readFilter(make(most)).fault, undefined);
    assert.match(readFilter(make(most + 1)).fault!.message, /must not/);
  }
});

test('no text makes the reader fail otherwise, and what it refuses it refuses at a place in the text', () => {
  const character = fc.constantFrom(
    ...'ab"\'()\\;,=!~<>* \n\t\0ü*',
    '\ud800',
    '==',
    '=in=',
    'label',
    'state',
  );
  fc.assert(
    fc.property(fc.array(character, { maxLength: 60 }), (characters) => {
      const text = characters.join('');
      const checked = checkFilter(selectors, text);
      if ('faults' in checked)
        for (const { at } of checked.faults) assert.ok(at >= 1 && at <= text.length + 1);
    }),
  );
});

test('an order names known fields, each once, four at most', () => {
  assert.deepEqual(checkSort(selectors, '-createdAt,label'), {
    fields: [
      { selector: 'createdAt', descending: true },
      { selector: 'label', descending: false },
    ],
  });
  const count = (text: string) => {
    const checked = checkSort(selectors, text);
    return 'faults' in checked ? checked.faults.length : 0;
  };
  assert.equal(count(''), 1);
  assert.equal(count('label,-label'), 1);
  assert.equal(count('nothing,label,label,--label'), 3);
  assert.equal(count('label,agentId,createdAt,sequence,state'), 1);
});
