import jmespath from 'jmespath';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { sortNumbers } from './sort-numbers.ts';

/**
 * Makes a function of a JMESPath expression.
 * @throws Failure when it is none; the function throws one when the expression asks of a value what it has not
 */
export function compileQuery(expression: string): (value: unknown) => unknown {
  const refuse = (error: unknown): Failure =>
    new Failure(`--query: ${error instanceof Error ? error.message : String(error)}`, EXIT.usage, {
      advice: "JMESPath, such as '[?state==`registered`].agentId'; see https://jmespath.org.",
    });
  let asked = expression;
  try {
    asked = sortNumbers(expression);
    jmespath.search(null, asked);
  } catch (error) {
    if (isFaultOfExpression(error)) throw refuse(error);
  }
  return (value) => {
    try {
      // The library takes JSON, and members that are left out must not be there as undefined.
      return jmespath.search(JSON.parse(JSON.stringify(value ?? null)), asked) as unknown;
    } catch (error) {
      throw refuse(error);
    }
  };
}

/** Told apart from what only this value has not: the library names its parser's errors, and says which function it lacks. */
function isFaultOfExpression(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  return ['ParserError', 'LexerError'].includes(error.name) || error.message.startsWith('Unknown function');
}
