import { join } from 'node:path';

const segment = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/;

/**
 * The path of a key below `root`. A segment does not begin with a dot, so a key neither leaves the archive nor meets its
 * temporary files.
 *
 * @throws when the key is not made of such segments: a fault of the service, since keys are never taken from a caller
 */
export function keyPath(root: string, key: string): string {
  const segments = key.split('/');
  if (key.length > 900 || !segments.every((part) => segment.test(part))) {
    throw new Error(`"${key}" is no archive key`);
  }
  return join(root, ...segments);
}
