import { STATUS_CODES } from 'node:http';
import { ProblemError } from '@meterhouse/client';
import type { Call, Client } from '../http/client.ts';
import type { Narrator } from './narrator.ts';

/** Makes a call and tells its answer, also one that is no success. @returns the body */
export async function tellCall(
  narrator: Narrator,
  client: Client,
  path: string,
  call?: Call,
): Promise<unknown> {
  try {
    const answer = await client.send(path, call);
    const text = await answer.text();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    narrator.answer(statusLine(answer.status), body);
    return body;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    narrator.answer(statusLine(error.status), error.body);
    return error.body;
  }
}

export function statusLine(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ''}`.trim();
}
