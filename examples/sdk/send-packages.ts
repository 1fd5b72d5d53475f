// Sends the packages that a meter made, in the order of their names, and says what became of their hours. A package that the
// service has already is told as such, so that this may run again after anything.
// It is TypeScript, which Node runs from 22.18 on by itself; older ones need it compiled. `npm install` the packed client first, see
// packages/client/README.md.
//
//   METERHOUSE_SERVER=… METERHOUSE_TOKEN=… node send-packages.ts AGENT FILE…
import process from 'node:process';
import { createClient } from '@meterhouse/client';
import { fileBody } from '@meterhouse/client/node';

const [agentId = '', ...files] = process.argv.slice(2);
const client = createClient({
  url: process.env.METERHOUSE_SERVER ?? 'http://127.0.0.1:8390',
  apiToken: () => process.env.METERHOUSE_TOKEN ?? '',
  onRetry: ({ error, pause }) => console.error(`${error.message}; again in ${Math.round(pause)} ms`),
});

for (const file of files.sort()) {
  const { known, slices } = await client.uploads.send(agentId, fileBody(file));
  const outcomes = new Map<string, number>();
  for (const { outcome } of slices) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  const counts = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  console.log(`${known ? 'known' : 'taken'}: ${counts}`);
}
