/**
 * A real QEMU under a libvirtd of its own: a session daemon of an account without rights, in a folder of its own, with nothing but
 * the QEMU driver and without KVM. What the test driver does not have (statistics, disks, a saved state) is tried here.
 */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { libvirtIsLacking } from './libvirt.ts';

const EMULATOR = '/usr/bin/qemu-system-x86_64';
const DRIVER = 'libvirt_driver_qemu.so';
/** The account `nobody`, for when the tests run as root. */
const NOBODY = 65_534;

export interface QemuPeer {
  readonly uri: string;
  readonly folder: string;
  /** One virsh command. @throws with what virsh said */
  drive(...words: readonly string[]): Promise<string>;
  /** Defines a domain of 64 MiB and one of two processors with these disks, raw files of the folder. @returns its UUID */
  define(
    name: string,
    disks?: readonly { readonly file: string; readonly device: 'disk' | 'cdrom' }[],
  ): Promise<string>;
}

/** Why there is no QEMU to test with; undefined when there is. In CI it has to be there. */
export function qemuIsLacking(): string | undefined {
  const absent = libvirtIsLacking();
  if (absent !== undefined) return absent;
  const message =
    'needs qemu-system-x86_64 and its driver: apt-get install qemu-system-x86 libvirt-daemon-driver-qemu';
  if (spawnSync(EMULATOR, ['--version']).error === undefined && driverFile() !== undefined) return undefined;
  if (process.env.CI === 'true') throw new Error(message);
  return message;
}

export async function startQemu(t: TestContext): Promise<QemuPeer> {
  const folder = await mkdtemp(join(tmpdir(), 'qemu-peer-'));
  const folders = Object.fromEntries(
    ['drivers', 'home', 'run', 'config', 'cache'].map((name) => [name, join(folder, name)]),
  );
  for (const path of [...Object.values(folders), join(folder, 'config/libvirt')])
    await mkdir(path, { recursive: true });
  await symlink(driverFile()!, join(folder, 'drivers', DRIVER));
  await writeFile(
    join(folder, 'libvirtd.conf'),
    `unix_sock_dir = "${folder}/run"\nauth_unix_ro = "none"\nauth_unix_rw = "none"\nlog_outputs = "3:stderr"\n`,
  );
  await writeFile(
    join(folder, 'config/libvirt/qemu.conf'),
    'security_driver = "none"\ncgroup_controllers = []\nstdio_handler = "file"\n',
  );
  const account = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (account.uid !== undefined)
    for (const path of [folder, ...Object.values(folders), join(folder, 'config/libvirt')])
      await chown(path, NOBODY, NOBODY);
  const env = {
    PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
    HOME: folders.home!,
    XDG_RUNTIME_DIR: folders.run!,
    XDG_CONFIG_HOME: folders.config!,
    XDG_CACHE_HOME: folders.cache!,
    LIBVIRT_DRIVER_DIR: folders.drivers!,
    LC_ALL: 'C',
  };
  const socket = join(folder, 'run/libvirt-sock');
  const uri = `qemu+unix:///session?socket=${socket}`;
  const args = ['--config', join(folder, 'libvirtd.conf'), '--pid-file', join(folder, 'run/pid')];
  const daemon = spawn('libvirtd', args, { env, ...account, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  daemon.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const drive = async (...words: readonly string[]) =>
    (await promisify(execFile)('virsh', ['--quiet', '--connect', uri, ...words], { env, ...account })).stdout;
  t.after(async () => {
    // Domains outlive their daemon.
    for (const name of (await drive('list', '--name').catch(() => ''))
      .split('\n')
      .filter((line) => line !== ''))
      await drive('destroy', name);
    if (daemon.exitCode === null && daemon.signalCode === null) {
      daemon.kill('SIGKILL');
      await once(daemon, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  });
  for (let tries = 0; !existsSync(socket); tries++) {
    if (tries > 600 || daemon.exitCode !== null) throw new Error(`libvirtd did not start: ${said}`);
    await wait(50);
  }
  return {
    uri,
    folder,
    drive,
    async define(name, disks = []) {
      const uuid = randomUUID();
      const devices = disks.map(
        ({ file, device }, index) =>
          `<disk type='file' device='${device}'><driver name='qemu' type='raw'/><source file='${join(folder, file)}'/>
<target dev='hd${'abcd'[index]}' bus='ide'/></disk>`,
      );
      const xml = join(folder, `${uuid}.xml`);
      await writeFile(
        xml,
        `<domain type='qemu'><name>${name}</name><uuid>${uuid}</uuid><memory unit='MiB'>64</memory><vcpu current='1'>2</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><emulator>${EMULATOR}</emulator>${devices.join('')}</devices></domain>`,
      );
      await chmod(xml, 0o644);
      for (const { file } of disks)
        if (account.uid !== undefined) await chown(join(folder, file), NOBODY, NOBODY);
      await drive('define', xml);
      return uuid;
    },
  };
}

/** The QEMU driver, wherever this machine's libvirt keeps it. */
function driverFile(): string | undefined {
  const libraries = [
    '/usr/lib',
    '/usr/lib64',
    ...readdirSync('/usr/lib').map((name) => join('/usr/lib', name)),
  ];
  return libraries
    .map((folder) => join(folder, 'libvirt/connection-driver', DRIVER))
    .find((file) => existsSync(file));
}
