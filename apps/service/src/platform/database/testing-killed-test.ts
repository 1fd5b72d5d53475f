// A process of the tests: it has a test database, says where the server is, and waits to be killed.
import { createTestDatabase } from './testing.ts';

const database = await createTestDatabase();
process.send?.(new URLSearchParams(database.connectionString.split('?')[1]).get('host'));
setInterval(() => undefined, 1000);
