import { spawnSync } from 'node:child_process';
import type { Logger } from '../../http/types.ts';

/** The user that PostgreSQL runs as when the service is root. */
export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const ownUser = 'meterhouse-postgres';

/**
 * PostgreSQL refuses to run as root. For a root process this gives the user to run it as: the named one, else
 * `meterhouse-postgres`, else `postgres`, else `meterhouse-postgres` newly made. For every other process: undefined, and
 * PostgreSQL runs as the process itself.
 *
 * @throws when the named user is not there or none can be made; the message says what to do
 */
export function systemUser(logger: Logger, named?: string): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (named !== undefined) {
    const user = lookUp(named);
    if (user) return user;
    throw new Error(
      `There is no system user "${named}" to run PostgreSQL as. Make it (useradd --system ${named}).`,
    );
  }
  return lookUp(ownUser) ?? lookUp('postgres') ?? create(logger);
}

function create(logger: Logger): SystemUser {
  const made = spawnSync(
    'useradd',
    ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', ownUser],
    {
      encoding: 'utf8',
    },
  );
  const user = lookUp(ownUser);
  if (user) {
    logger.info(
      { user: ownUser, uid: user.uid },
      'made a system user for PostgreSQL, which does not run as root',
    );
    return user;
  }
  const said = (made.error?.message ?? made.stderr).trim();
  throw new Error(
    `PostgreSQL does not run as root, and the system user "${ownUser}" could not be made (useradd: ${said}). ` +
      'Start Meterhouse as an ordinary user, make that user yourself, or give DATABASE_URL.',
  );
}

function lookUp(name: string): SystemUser | undefined {
  const uid = identify('-u', name);
  const gid = identify('-g', name);
  if (uid === undefined || gid === undefined || uid === 0) return undefined;
  return { name, uid, gid };
}

function identify(flag: '-u' | '-g', name: string): number | undefined {
  const { status, stdout } = spawnSync('id', [flag, '--', name], { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : undefined;
}
