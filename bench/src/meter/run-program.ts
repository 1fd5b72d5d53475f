import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { CollectTold } from '../collect/orders.ts';

/** Runs a program of the bench in a process of its own and gives the line of JSON that it tells. */
export async function runProgram(program: string, args: readonly string[]): Promise<CollectTold> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told: CollectTold | undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    told = JSON.parse(line) as CollectTold;
  });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (status !== 0 || told === undefined) throw new Error(`${program} ended with status ${status}.`);
  return told;
}
