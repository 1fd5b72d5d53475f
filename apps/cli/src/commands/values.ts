import { InvalidArgumentError } from 'commander';
import { isMonth } from '../journey/sync/months.ts';

/** `2023-01`. @throws what commander shows as wrong usage */
export function monthValue(text: string): string {
  if (!isMonth(text)) throw new InvalidArgumentError('Write a month as 2023-01.');
  return text;
}

/** A meter's UUID, in lower case. */
export function agentValue(text: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) {
    throw new InvalidArgumentError('Write the UUID of a meter; "meterhouse meters list" shows them.');
  }
  return text.toLowerCase();
}

/** `2023-01` as it stands in a path: `2023/01`. */
export function monthPath(month: string): string {
  return month.replace('-', '/');
}
