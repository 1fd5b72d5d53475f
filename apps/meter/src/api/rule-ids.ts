/**
 * Customers' rules are numbered in the settings; published clients know them by a UUID. One is written as the other, so nothing
 * is kept: rule 7 is 00000000-0000-4000-8000-000000000007.
 */
const PREFIX = '00000000-0000-4000-8000-';

export function ruleUuid(id: number): string {
  return PREFIX + id.toString(16).padStart(12, '0');
}

/** @returns undefined for a UUID that no rule of ours can have */
export function ruleNumber(uuid: string): number | undefined {
  const text = uuid.toLowerCase();
  if (!/^[0-9a-f]{12}$/.test(text.slice(PREFIX.length)) || !text.startsWith(PREFIX)) return undefined;
  return Number.parseInt(text.slice(PREFIX.length), 16);
}
