import { type DestinationStream, type Logger, pino } from 'pino';
import { logOutput } from './log-output.ts';

/**
 * The log: one JSON object a line. Room code never logs a secret; these places are blanked all the same, as a library's error
 * or a whole request may hold one. It goes to standard output unless said.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: secretPlaces, censor: '[secret]' },
    serializers: { err: told },
  };
  return pino(options, destination ?? logOutput());
}

const secrets = [
  'authorization',
  'cookie',
  '["csp-auth-token"]',
  '["set-cookie"]',
  'password',
  'token',
  'refresh_token',
  'api_token',
  'access_token',
  'id_token',
  'activationToken',
  'connectionString',
  'databaseUrl',
];
const secretPlaces = ['', '*', '*.*'].flatMap((depth) =>
  secrets.map((name) => {
    if (depth === '') return name;
    return name.startsWith('[') ? `${depth}${name}` : `${depth}.${name}`;
  }),
);

/** An error's own words and place; not the values that libraries hang on theirs, such as a statement's parameters. */
function told(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, cause } = error as Error & { code?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    stack: error.stack,
    ...(cause === undefined ? {} : { cause: told(cause) }),
  };
}
