import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { bytes } from '../../terminal/numbers.ts';
import { doubt, type Finding, fault, ok } from './finding.ts';

/** What the service takes at its highest, measured in docs/performance.md, and with room for PostgreSQL. */
const LEAST_MEMORY = 1024 ** 3;
const EASY_MEMORY = 2 * 1024 ** 3;
/** Threads of Node's pool that the engine's statements need beside files and names. */
const THREADS = 16;
const NODE = 24;

/** Sources run as they are only on the Node that is pinned. */
export function checkNode(version: string): Finding {
  if (Number(version.split('.')[0]) >= NODE) return ok('node', `Node ${version}`);
  return fault(
    'node',
    `Node ${version} does not run these sources.`,
    'npm run meterhouse brings Node 24 along; start it so.',
  );
}

/** `flags` as /proc/cpuinfo lists them; undefined where the system does not tell. */
export function checkProcessor(arch: string, flags: string | undefined): Finding {
  if (arch !== 'x64') return doubt('processor', `${arch} was never tried with the engine.`, 'Run it on x64.');
  if (flags === undefined) return ok('processor', arch);
  const missing = ['sse4_2', 'pclmulqdq', 'popcnt'].filter((flag) => !flags.split(/\s+/).includes(flag));
  if (missing.length > 0) {
    return fault(
      'processor',
      `The engine needs ${missing.join(', ')}, which this processor does not have or a hypervisor hides.`,
      'In a virtual machine let the processor of the host through (CPU model "host").',
    );
  }
  return ok('processor', `${arch} with SSE 4.2${/\bavx2\b/.test(flags) ? ' and AVX2' : ''}`);
}

export function processorFlags(): string | undefined {
  try {
    return /^flags\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

/** @param available bytes that this process may still have, a limit of its container counted */
export function checkMemory(available: number): Finding {
  const says = `${bytes(available)} of memory are free`;
  if (available >= EASY_MEMORY) return ok('memory', says);
  const mend = 'Give the machine or container more, or serve with --engine-memory 512MiB.';
  if (available >= LEAST_MEMORY) return doubt('memory', `${says}; large months take up to 1 GiB.`, mend);
  return fault('memory', `${says}; the service takes up to 1 GiB.`, mend);
}

export function checkThreads(variable: string | undefined): Finding {
  const threads = Number(variable ?? 4);
  if (threads >= THREADS) return ok('threads', `UV_THREADPOOL_SIZE is ${threads}`);
  return doubt(
    'threads',
    `UV_THREADPOOL_SIZE is ${threads}: files and names wait while the engine works.`,
    'unset UV_THREADPOOL_SIZE, so that meterhouse chooses it',
  );
}

/** Opens an engine in a process and a directory of its own: what the processor cannot do kills that one. */
export async function checkEngine(environment: NodeJS.ProcessEnv = process.env): Promise<Finding> {
  const probe = spawn(process.execPath, [fileURLToPath(new URL('probe-engine.ts', import.meta.url))], {
    env: { ...environment, UV_THREADPOOL_SIZE: String(THREADS) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [said, faults, [status, signal]] = await Promise.all([
    text(probe.stdout),
    text(probe.stderr),
    once(probe, 'close') as Promise<[number | null, string | null]>,
  ]);
  if (status === 0) return ok('engine', `ClickHouse ${said.trim()} can be run`);
  if (signal === 'SIGILL') {
    return fault(
      'engine',
      'The engine needs what this processor does not have.',
      'Run it on a newer processor.',
    );
  }
  const why = /^(?:\w*Error): (.*)$/m.exec(faults)?.[1] ?? signal ?? `status ${status}`;
  return fault('engine', `The engine does not start: ${why}`, 'npm ci, and look at what TMPDIR names');
}
