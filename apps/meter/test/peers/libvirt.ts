/**
 * A libvirt to meter: a libvirtd of its own with nothing but the test driver, in a folder of its own, and a hand that drives it.
 *
 * The test driver lives as long as somebody is connected to it, so the hand's connection stays open. No TCP, and none of the
 * drivers that would touch the machine are loaded.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';

export interface DomainSpec {
  readonly name: string;
  readonly uuid?: string;
  readonly vcpus?: number;
  readonly maxVcpus?: number;
  readonly memoryMib?: number;
}

export interface LibvirtPeer {
  readonly uri: string;
  readonly folder: string;
  /** Runs virsh commands in the order given, on the hand's connection. @throws with what virsh said when one fails */
  drive(...commands: readonly string[]): Promise<string>;
  /** Defines domains; `create` for ones that are gone when they stop. @returns their UUIDs */
  define(...domains: readonly DomainSpec[]): Promise<string[]>;
  create(domain: DomainSpec): Promise<string>;
  /** kill -9, as a crash of the daemon does it: the domains are gone with it. */
  crash(): Promise<void>;
  /** After a crash: on the same socket, without domains. */
  start(): Promise<void>;
  /** Lets the daemon stand still, and go on. */
  freeze(): void;
  thaw(): void;
}

/** Why there is no libvirt to test with; undefined when there is. In CI it has to be there. */
export function libvirtIsLacking(): string | undefined {
  const absent = ['virsh', 'libvirtd'].filter(
    (program) => spawnSync(program, ['--version']).error !== undefined,
  );
  if (absent.length === 0) return undefined;
  const message = `needs ${absent.join(' and ')}: apt-get install libvirt-clients libvirt-daemon`;
  if (process.env.CI === 'true') throw new Error(message);
  return message;
}

export async function startLibvirt(t: TestContext): Promise<LibvirtPeer> {
  const folder = await mkdtemp(join(tmpdir(), 'libvirt-peer-'));
  await mkdir(join(folder, 'no-drivers'));
  const settings = `listen_tls = 0\nlisten_tcp = 0\nunix_sock_dir = "${folder}"\nauth_unix_ro = "none"\nauth_unix_rw = "none"\n`;
  await writeFile(join(folder, 'libvirtd.conf'), `${settings}log_outputs = "3:stderr"\n`);
  const socket = join(folder, 'libvirt-sock');
  const uri = `test+unix:///default?socket=${socket}`;
  let daemon: ChildProcess | undefined;
  let hand: ReturnType<typeof takeHand> | undefined;

  async function start(): Promise<void> {
    await rm(socket, { force: true });
    await rm(`${socket}-ro`, { force: true });
    const args = ['--config', join(folder, 'libvirtd.conf'), '--pid-file', join(folder, 'pid')];
    daemon = spawn('libvirtd', args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        PATH: process.env.PATH ?? '',
        HOME: folder,
        XDG_RUNTIME_DIR: folder,
        LIBVIRT_DRIVER_DIR: join(folder, 'no-drivers'),
      },
    });
    let said = '';
    daemon.stderr!.on('data', (chunk) => {
      said += chunk;
    });
    for (let tries = 0; !existsSync(socket) || !existsSync(`${socket}-ro`); tries++) {
      if (tries > 600 || daemon.exitCode !== null) throw new Error(`libvirtd did not start: ${said}`);
      await wait(50);
    }
    hand = takeHand(uri, folder);
    await hand.drive('undefine test', 'destroy test');
  }

  async function crash(): Promise<void> {
    const running = daemon;
    daemon = undefined;
    await hand?.end();
    hand = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    running.kill('SIGCONT');
    running.kill('SIGKILL');
    await once(running, 'exit');
  }

  t.after(async () => {
    await crash();
    await rm(folder, { recursive: true, force: true });
  });
  await start();

  const withUuids = async (domains: readonly DomainSpec[]) =>
    Promise.all(
      domains.map(async (domain) => {
        const uuid = domain.uuid ?? randomUUID();
        const file = join(folder, `${uuid}.xml`);
        await writeFile(file, definition({ ...domain, uuid }));
        return { uuid, file };
      }),
    );
  return {
    uri,
    folder,
    drive: (...commands) => hand!.drive(...commands),
    async define(...domains) {
      const files = await withUuids(domains);
      await hand!.drive(...files.map(({ file }) => `define ${file}`));
      return files.map(({ uuid }) => uuid);
    },
    async create(domain) {
      const [made] = await withUuids([domain]);
      await hand!.drive(`create ${made!.file}`);
      return made!.uuid;
    },
    crash,
    start,
    freeze: () => void daemon!.kill('SIGSTOP'),
    thaw: () => void daemon?.kill('SIGCONT'),
  };
}

/** An interactive virsh that may change things. */
function takeHand(uri: string, folder: string) {
  const virsh = spawn('virsh', ['--quiet', '--connect', uri], {
    env: { PATH: process.env.PATH ?? '', HOME: folder, LC_ALL: 'C', TERM: 'dumb' },
  });
  let out = '';
  let err = '';
  let wake = () => {};
  virsh.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
    wake();
  });
  virsh.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    err += chunk;
    wake();
  });
  virsh.stdin.on('error', () => {});
  virsh.on('close', () => wake());
  return {
    async drive(...commands: readonly string[]): Promise<string> {
      const mark = randomUUID();
      out = '';
      err = '';
      virsh.stdin.write(`${commands.join('\n')}\necho "+"${mark}\necho --err "+"${mark}\n`);
      while (!out.includes(`+${mark}`) || !err.includes(`+${mark}`)) {
        if (virsh.exitCode !== null) throw new Error(`the driving virsh ended: ${err}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const said = err
        .slice(0, err.indexOf(`+${mark}`))
        .replace(/error: $/, '')
        .trim();
      if (said !== '') throw new Error(said);
      return out.slice(0, out.indexOf(`+${mark}`));
    },
    async end(): Promise<void> {
      if (virsh.exitCode !== null || virsh.signalCode !== null) return;
      virsh.kill('SIGKILL');
      await once(virsh, 'exit');
    },
  };
}

function definition({ name, uuid, vcpus = 1, maxVcpus = vcpus, memoryMib = 512 }: DomainSpec): string {
  const escaped = name.replace(/[&<>"'\p{Cc}]/gu, (letter) => `&#${letter.codePointAt(0)};`);
  return `<domain type='test'><name>${escaped}</name><uuid>${uuid}</uuid><memory unit='MiB'>${memoryMib}</memory>
<vcpu current='${vcpus}'>${maxVcpus}</vcpu><os><type>hvm</type></os></domain>\n`;
}
