import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { settingsDocument } from './document.ts';
import { readSettings } from './index.ts';

const page = readFileSync(new URL('../../../../docs/meter/settings.md', import.meta.url), 'utf8');

test('docs/meter/settings.md tells every setting as the shape of the file does', () => {
  assert.equal(page, settingsDocument(), 'run apps/meter/src/settings/write-document.ts');
});

test('the settings that the page shows are taken as they stand there', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'settings-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const path = join(dir, 'meter.yaml');
  await writeFile(path, /```yaml\n([\s\S]*?)```/.exec(page)![1]!);
  const settings = await readSettings(path, {});
  assert.deepEqual([settings.products[0]?.name, settings.customers[0]?.name], ['vc1', 'Acme']);
  const products = /METERHOUSE_METER_PRODUCTS='([^']+)'/.exec(page)![1]!;
  const given = await readSettings(join(dir, 'none.yaml'), { METERHOUSE_METER_PRODUCTS: products });
  assert.equal(given.products[0]?.address, 'vc1.example');
});
