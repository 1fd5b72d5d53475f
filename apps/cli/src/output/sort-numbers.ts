import jmespath from 'jmespath';

interface Token {
  readonly type: string;
  readonly value: unknown;
  readonly start: number;
}
/** Exported by the library, left out of its types. */
const { tokenize } = jmespath as unknown as { tokenize: (expression: string) => readonly Token[] };

/**
 * The library's `sort(…)` puts numbers in the order of their texts, 1000 before 7; its `sort_by(…, &@)` is what JMESPath says.
 * @returns the expression with each of the one written as the other
 * @throws the library's LexerError when it is no expression
 */
export function sortNumbers(expression: string): string {
  const edits: { readonly at: number; readonly length: number; readonly text: string }[] = [];
  const open: boolean[] = [];
  tokenize(expression).forEach(({ type, start }, index, tokens) => {
    const before = tokens[index - 1];
    if (type === 'Lparen') {
      const sorts = before?.type === 'UnquotedIdentifier' && before.value === 'sort';
      if (sorts) edits.push({ at: before.start, length: 'sort'.length, text: 'sort_by' });
      open.push(sorts);
    } else if (type === 'Rparen' && open.pop()) edits.push({ at: start, length: 0, text: ', &@' });
  });
  return edits
    .sort((a, b) => b.at - a.at)
    .reduce(
      (text, { at, length, text: put }) => text.slice(0, at) + put + text.slice(at + length),
      expression,
    );
}
