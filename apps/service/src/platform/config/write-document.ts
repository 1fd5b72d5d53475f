// Writes docs/configuration.md from the table of settings: node apps/service/src/platform/config/write-document.ts
import { writeFileSync } from 'node:fs';
import { configurationDocument } from './help.ts';

writeFileSync(new URL('../../../../../docs/configuration.md', import.meta.url), configurationDocument());
