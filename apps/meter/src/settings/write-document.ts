// Writes docs/meter/settings.md from the shape of meter.yaml: node apps/meter/src/settings/write-document.ts
import { writeFileSync } from 'node:fs';
import { settingsDocument } from './document.ts';

writeFileSync(new URL('../../../../docs/meter/settings.md', import.meta.url), settingsDocument());
