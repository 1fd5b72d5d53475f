import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Listens for a moment where the service will, so that a port that is taken is told before anything is made.
 * @throws the system's error, such as EADDRINUSE or EACCES, with the address and the port
 */
export async function tryPort(listen: { readonly host: string; readonly port: number }): Promise<void> {
  const server = createServer();
  server.listen({ ...listen });
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}
