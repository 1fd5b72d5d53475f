import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { MAIN } from '../meterhouse.ts';
import { missingLine, readSteps, type Step, type Track } from './guide.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

/**
 * Follows a track of these guides to the letter, one after the other, in an empty directory that is the reader's home. What a
 * block exports or sets is there for the next, as in one terminal. What is changed: the port, where the checkout is, and that npm
 * takes what the client depends on from this machine, so that no registry is asked.
 * @throws Error that names the guide, the line, and what came
 */
export async function walk(guides: readonly string[], track: Track): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'meterhouse-guide-'));
  const reader = await openTerminal(home);
  try {
    for (const guide of guides)
      for (const step of readSteps(guide, track)) {
        const { status, out } = await reader.run(step);
        const missing = status === 0 ? missingLine(step.shown, out) : undefined;
        if (status !== 0 || missing !== undefined)
          throw new Error(
            `docs/guides/${guide}.md:${step.line} (${track}) ${missing === undefined ? `ended with ${status}` : `did not show "${missing}"`}:\n${out}`,
          );
      }
  } finally {
    await reader.close();
    rmSync(home, { recursive: true, force: true });
  }
}

async function openTerminal(home: string) {
  const port = await freePort();
  // Its `meterhouse` runs the sources at once and never installs, as the checkout's own may.
  const checkout = join(home, '.checkout');
  mkdirSync(checkout);
  symlinkSync(join(root, 'packages'), join(checkout, 'packages'));
  const program = join(checkout, 'meterhouse');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  chmodSync(program, 0o755);
  const environment = {
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    HOME: home,
    LANG: 'C.UTF-8',
    COLUMNS: '200',
    UV_THREADPOOL_SIZE: '16',
  };
  let service: ChildProcess | undefined;
  let count = 0;

  const shell = async (lines: string, env: Record<string, string> = environment) => {
    const child = spawn('bash', ['-c', lines], { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr, [status]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    return { status: status as number, out: stdout + stderr };
  };
  // All that a block sets stays, as in a terminal.
  const inTerminal = (lines: string) =>
    shell(
      `set -a; [ -e .terminal ] && . ./.terminal; set -eu -o pipefail\n${lines}\nset +eu; export -p | grep -v ' SHELLOPTS\\| PWD\\| OLDPWD' > .terminal`,
    );

  return {
    async run({ kind, text: written }: Step): Promise<{ status: number; out: string }> {
      const lines = written
        .replaceAll('127.0.0.1:8390', `127.0.0.1:${port}`)
        .replaceAll('/path/to/checkout', checkout)
        .replace(
          'npm install ',
          `npm pack --silent '${root}/node_modules/@noble/hashes' && npm install --offline ./noble-hashes-*.tgz `,
        );
      if (kind === 'service') {
        const [command, ...words] = lines.trim().split(' ');
        const settings = {
          ...environment,
          METERHOUSE_LISTEN: `127.0.0.1:${port}`,
          METERHOUSE_DISK_RESERVE: '0',
        };
        service = spawn(join(home, 'bin', command!), words, {
          cwd: home,
          env: settings,
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        const out = await firstLine(service);
        return { status: 0, out: out.replaceAll(`:${port}`, ':8390') };
      }
      if (kind === 'crontab') {
        // Five fields of time, then what /bin/sh gets, in an environment of next to nothing.
        const command = lines
          .trim()
          .replace(/^(\S+\s+){5}/, '')
          .replaceAll('\\%', '%');
        return shell(`exec /bin/sh -c "$CRON"`, { PATH: '/usr/bin:/bin', HOME: home, CRON: command });
      }
      if (kind === 'sh') return inTerminal(lines);
      count += 1;
      writeFileSync(join(home, `step-${count}.mjs`), lines);
      return inTerminal(`node --no-warnings step-${count}.mjs`);
    },
    async close() {
      if (service === undefined || service.exitCode !== null) return;
      service.kill('SIGTERM');
      await once(service, 'close');
    },
  };
}

/** What a service says when it answers. @throws Error with all it said, when it ends before */
async function firstLine(service: ChildProcess): Promise<string> {
  let said = '';
  return new Promise((resolve, reject) => {
    const hear = (piece: Buffer) => {
      said += piece.toString();
      if (/answers at/.test(said)) resolve(said);
    };
    service.stdout!.on('data', hear);
    service.stderr!.on('data', hear);
    service.once('close', (status) => reject(new Error(`the service ended with ${status}:\n${said}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
