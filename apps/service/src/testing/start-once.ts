// Starts a service on the data directory that is named, as a second process would; says why not and ends with status 1.
import { readConfig } from '../platform/config/index.ts';
import { createLogger } from '../platform/telemetry/index.ts';
import { createService } from '../service.ts';

try {
  const config = readConfig(['--data', process.argv[2] ?? '', '--listen', '127.0.0.1:0']);
  const service = await createService(config, { logger: createLogger('silent') });
  await service.close();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
