import { createHash } from 'node:crypto';

/** A name of anything as the name of a file: what a path could misread is replaced, and told apart by a digest. */
export function secretFileName(name: string): string {
  const safe = name
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^\./, '-')
    .slice(0, 64);
  if (safe === name) return safe;
  return `${safe}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}
