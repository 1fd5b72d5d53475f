import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

/**
 * The first line that the command prints. Its questions reach the person: standard input and error are this process's own.
 * @throws Failure that names the command, and nothing of what it printed
 */
export async function runTokenCommand(command: string): Promise<string> {
  const child = spawn('/bin/sh', ['-c', command], { stdio: ['inherit', 'pipe', 'inherit'] });
  const [printed, [status, signal]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const token = printed.split('\n', 1)[0]!.trim();
  if (status === 0 && token !== '') return token;
  const why = status === 0 ? 'printed nothing' : `ended with ${signal ?? `status ${status}`}`;
  throw new Failure(`The token command "${command}" ${why}.`, EXIT.unauthorised, {
    advice:
      'It must print the API token in its first line. Set another one: meterhouse login --token-command …',
  });
}
