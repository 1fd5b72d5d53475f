// Downloads every report of a month into a folder and checks each; what is there already is not downloaded again, since the
// name holds the checksum that the service announces. What a provider's cron job does.
// It is TypeScript, which Node runs from 22.18 on by itself; older ones need it compiled. `npm install` the packed client first, see
// packages/client/README.md.
//
//   METERHOUSE_SERVER=… METERHOUSE_TOKEN=… node download-month.ts 2023-01 ./reports
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createClient, type Month } from '@meterhouse/client';
import { saveDownload } from '@meterhouse/client/node';

const [month = '', folder = '.'] = process.argv.slice(2);
const client = createClient({
  url: process.env.METERHOUSE_SERVER ?? 'http://127.0.0.1:8390',
  apiToken: () => process.env.METERHOUSE_TOKEN ?? '',
});

mkdirSync(folder, { recursive: true });
for (const [agentId, entries] of Object.entries(await client.reports.month(month as Month))) {
  for (const entry of entries) {
    const path = join(folder, `${entry.reportType}_${month}_${agentId}_${entry.checksum}.tsv.gz`);
    if (existsSync(path)) continue;
    console.log((await saveDownload(await client.reports.download(entry), path)).path);
  }
}
