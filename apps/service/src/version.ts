import { readFileSync } from 'node:fs';

/** The version of this service, as the OpenAPI document, the log and backups name it. */
export const serviceVersion: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
