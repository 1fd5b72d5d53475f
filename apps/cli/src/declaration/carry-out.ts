import { EXIT } from '../exit-codes.ts';
import { explain } from '../explain.ts';
import { Failure } from '../failure.ts';
import type { Plan, Step } from './plan.ts';
import { stepWords } from './plan-lines.ts';

/**
 * Makes the steps one after another, and ends at the first that fails: those after it may need it.
 * @param done told of each step that was made
 * @throws Failure that names what was not done; running the declaration again goes on from there
 */
export async function carryOut({ steps }: Plan, done: (step: Step) => void): Promise<void> {
  for (const [index, step] of steps.entries()) {
    try {
      await step.carryOut();
    } catch (error) {
      const failure = explain(error);
      if (failure === undefined) throw error;
      throw stopped(steps, index, failure);
    }
    done(step);
  }
}

function stopped(steps: readonly Step[], index: number, failure: Failure): Failure {
  const step = steps[index]!;
  const left = steps.slice(index).map((open) => `not done: ${open.action} ${stepWords(open)}`);
  const meanwhile = failure.code === 'sequence-conflict' ? 'It was changed after the plan was made. ' : '';
  return new Failure(
    `${index} of ${steps.length} done; ${step.action} ${stepWords(step)}: ${failure.message}`,
    index === 0 ? failure.exitCode : EXIT.partly,
    {
      faults: [...failure.faults, ...left],
      advice: `${meanwhile}Run it again for a new plan: what is done is not done twice.`,
      ...(failure.code !== undefined && { code: failure.code }),
      ...(failure.requestId !== undefined && { requestId: failure.requestId }),
    },
  );
}
