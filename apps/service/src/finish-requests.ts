import type { App, Logger } from './platform/http/index.ts';

/** Takes no more connections and waits for the requests under way; those that last beyond the limit are cut. */
export async function finishRequests(app: App, seconds: number, logger: Logger): Promise<void> {
  const limit = setTimeout(() => {
    logger.warn({ seconds }, 'requests did not finish in time; cutting them');
    app.server.closeAllConnections();
  }, seconds * 1000);
  // A client keeps its connection for the next request; without this the last answer would be followed by the whole limit.
  const idle = setInterval(() => app.server.closeIdleConnections(), 50);
  try {
    await app.close();
  } finally {
    clearInterval(idle);
    clearTimeout(limit);
  }
}
