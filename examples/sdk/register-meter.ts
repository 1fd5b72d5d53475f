// Registers a meter under a contract, waits until that is through, and says under what it is registered. Doing it again
// changes nothing.
// It is TypeScript, which Node runs from 22.18 on by itself; older ones need it compiled. `npm install` the packed client first, see
// packages/client/README.md.
//
//   METERHOUSE_SERVER=http://127.0.0.1:8390 METERHOUSE_TOKEN=… node register-meter.ts AGENT LABEL CONTRACT
import process from 'node:process';
import { createClient, ProblemError } from '@meterhouse/client';

const [agentId = '', label = '', contractNumber] = process.argv.slice(2);
const client = createClient({
  url: process.env.METERHOUSE_SERVER ?? 'http://127.0.0.1:8390',
  apiToken: () => process.env.METERHOUSE_TOKEN ?? '',
});

try {
  const registered = await client.meters.register({
    agentId,
    label,
    ...(contractNumber === undefined ? {} : { contractNumber }),
  });
  console.log(JSON.stringify(registered));
} catch (error) {
  if (!(error instanceof ProblemError)) throw error;
  // Every fault of the request at once, each with its place.
  console.error(error.message);
  process.exitCode = 1;
}
