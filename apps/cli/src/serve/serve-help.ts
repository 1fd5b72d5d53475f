import { EXIT_HELP } from '../exit-codes.ts';
import { screenWidth } from '../terminal/output.ts';

/** Longer lines are hard to read, however wide the window is; without one, a window of the usual width. */
const READABLE = 100;
const USUAL = 80;

export async function serveHelp(): Promise<string> {
  const { configurationHelp } = await import('@meterhouse/service');
  return `Usage: meterhouse serve [settings]

Runs the service until Ctrl-C. The first start of an empty directory makes an
operator API token, writes it to a file that only you can read, and says where.

${configurationHelp(Number.isFinite(screenWidth()) ? Math.min(screenWidth(), READABLE) : USUAL)}
${EXIT_HELP}

Examples:
  $ meterhouse serve --data ./data
  $ meterhouse serve --data ./data --listen 127.0.0.1:9000 --provision provider.yaml
`;
}
