// A process of the tests: it starts a job that never ends, says so, and waits to be killed.
import { silentLogger } from '../database/testing.ts';
import { startJobs } from './index.ts';

const begun = async (): Promise<void> => {
  process.send?.('begun');
  await new Promise(() => undefined);
};
await startJobs({
  connectionString: process.argv[2] ?? '',
  logger: silentLogger,
  handlers: {
    'usage-load': begun,
    'usage-rebuild': begun,
    'reports-renew': begun,
    'registration-finish': begun,
    'backup-make': begun,
    housekeeping: begun,
  },
});
