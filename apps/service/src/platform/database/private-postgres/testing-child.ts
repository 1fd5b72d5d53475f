// A process of the tests: it starts the private PostgreSQL on the directory it is given, says so, and waits to be killed.
import pino from 'pino';
import { startPrivatePostgres } from './index.ts';

const [directory = ''] = process.argv.slice(2);
process.send?.({ starting: true });
try {
  const postgres = await startPrivatePostgres({ directory, logger: pino({ level: 'silent' }) });
  process.send?.({ pid: postgres.pid, connectionString: postgres.connectionString });
} catch (error) {
  process.send?.({ error: (error as Error).message });
}
process.on('message', () => process.exit(0));
