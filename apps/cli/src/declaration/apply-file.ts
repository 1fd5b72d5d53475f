import type { Globals } from '../commands/globals.ts';
import { EXIT } from '../exit-codes.ts';
import { connect } from '../http/connect.ts';
import { confirmDeletion } from '../resources/confirm-deletion.ts';
import { plural } from '../terminal/numbers.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { carryOut } from './carry-out.ts';
import { makePlan } from './make-plan.ts';
import { planJson, planLines, stepWords } from './plan-lines.ts';
import { readDeclarationFile } from './read-file.ts';

interface Wishes extends Globals {
  readonly file: string;
  readonly plan?: boolean;
  readonly prune?: boolean;
  readonly secretsDir?: string;
  readonly yes?: boolean;
}

const DONE = { create: 'created', change: 'changed', delete: 'deleted' } as const;

/** Plans, tells, asks, and makes it so. @returns the exit status */
export async function applyFile({
  file,
  plan: only,
  prune,
  secretsDir,
  yes,
  ...globals
}: Wishes): Promise<number> {
  const { json } = globals;
  const declared = await readDeclarationFile(file);
  const client = await connect(globals);
  const plan = await makePlan(client, declared, { prune: prune === true, secretsDir });
  const pending = plan.steps.length > 0;
  if (!json) for (const line of planLines(plan)) print(line);
  if (only || !pending) {
    if (json) printJson({ ...planJson(plan), applied: false });
    return only && pending ? EXIT.found : EXIT.done;
  }
  await confirmDeletion(`Make ${plural(plan.steps.length, 'change')}?`, yes);
  await carryOut(plan, (step) => {
    if (!json) note(`${DONE[step.action]} ${stepWords(step)}`);
  });
  if (json) printJson({ ...planJson(plan), applied: true });
  else print('Done.');
  return EXIT.done;
}
