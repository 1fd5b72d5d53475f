// Starts a service on the data directory that is named, as another process would, and says `ready`; ends at once, or with
// `stay` not before it is killed. Says why it does not start, and ends with status 1 then.
import { readConfig } from '../platform/config/index.ts';
import { createLogger } from '../platform/telemetry/index.ts';
import { createService } from '../service.ts';

const [data = '', stay] = process.argv.slice(2);
try {
  const config = readConfig(['--data', data, '--listen', '127.0.0.1:0']);
  const service = await createService(config, { logger: createLogger('silent') });
  console.log('ready');
  if (stay !== 'stay') await service.close();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
