/**
 * The vCenter of the tests: govmomi's simulator as a process of its own (`vcsim/`), driven and asked for the truth beside the API
 * that a meter sees. It dies with whoever started it.
 *
 *   const skip = lacking();
 *   test('…', { skip }, async (t) => {
 *     const vcsim = await startVcsim(t, { clusters: 2, hosts: 3, vms: 10 });
 *     const [vm] = (await vcsim.truth()).machines;
 *     await vcsim.drive([{ do: 'power', vm: vm!.id, to: 'off' }]);
 *     (await vcsim.events()).at(-1);   // VmPoweredOffEvent, with its time to the millisecond
 *   });
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SOURCES = fileURLToPath(new URL('vcsim', import.meta.url));
const CACHE = fileURLToPath(new URL('../../../../node_modules/.cache/meterhouse', import.meta.url));
const PASSWORD = 'correct horse <&> battery';

export interface VcsimOptions {
  readonly datacenters?: number;
  /** Clusters in each datacentre (1), hosts in each (3), pools below each cluster's own (0), machines in each pool (2). */
  readonly clusters?: number;
  readonly hosts?: number;
  readonly pools?: number;
  readonly vms?: number;
  /** Hosts of no cluster (0), each with as many machines as a pool has. */
  readonly standalone?: number;
  /** Datacentres that stand in folders of their own. */
  readonly folders?: number;
  readonly autostart?: boolean;
  /** 0 takes a free one; a number lets a vCenter come back at its place. */
  readonly port?: number;
  /** Instance UUID, where it must be the same again. */
  readonly instance?: string;
  readonly tls?: boolean;
  readonly certFile?: string;
  readonly keyFile?: string;
  /** Milliseconds by method. */
  readonly delay?: Readonly<Record<string, number>>;
  /**
   * Updates gathered as a vCenter of thousands of machines does it, with counted versions, in place of the simulator's own, which
   * takes seconds for each change at a thousand machines and hours at ten thousand.
   */
  readonly coalesced?: boolean;
}

/** What happens in the data centre; ids are those of `truth`. One by one, unless `parallel` lanes are asked for. */
export type VcsimAction =
  | { readonly do: 'wait'; readonly ms: number; readonly vm?: string }
  | { readonly do: 'power'; readonly vm: string; readonly to: 'on' | 'off' | 'suspended' | 'reset' }
  | {
      readonly do: 'reconfigure';
      readonly vm: string;
      readonly name?: string;
      readonly cpus?: number;
      readonly memoryMib?: number;
      readonly reservationMib?: number;
    }
  | {
      readonly do: 'relocate';
      readonly vm: string;
      readonly host?: string;
      readonly pool?: string;
      readonly folder?: string;
    }
  | {
      readonly do: 'create';
      readonly name: string;
      readonly folder: string;
      readonly pool: string;
      readonly host?: string;
      readonly cpus: number;
      readonly memoryMib: number;
      readonly reservationMib?: number;
    }
  | {
      readonly do: 'clone';
      readonly vm: string;
      readonly name: string;
      readonly folder: string;
      readonly pool?: string;
      readonly host?: string;
    }
  | { readonly do: 'destroy'; readonly vm: string }
  | { readonly do: 'template'; readonly vm: string; readonly to: 'template' }
  | {
      readonly do: 'template';
      readonly vm: string;
      readonly to: 'machine';
      readonly pool: string;
      readonly host?: string;
    }
  | {
      readonly do: 'move-into-folder';
      readonly vm?: string;
      readonly entity?: string;
      readonly folder: string;
    }
  | { readonly do: 'create-folder'; readonly folder: string; readonly name: string }
  | { readonly do: 'create-pool'; readonly pool: string; readonly name: string }
  | { readonly do: 'add-host'; readonly cluster: string; readonly name: string }
  | { readonly do: 'remove-host'; readonly host: string }
  | {
      readonly do: 'license';
      readonly host: string;
      readonly key: string;
      readonly edition?: string;
      readonly name?: string;
    }
  | { readonly do: 'vsan'; readonly cluster: string; readonly usedMib: number; readonly rawMib: number }
  | { readonly do: 'end-sessions' }
  /** The method fails from now on, or `count` times; `name` is the privilege that is lacking. */
  | {
      readonly do: 'fault';
      readonly method: string;
      readonly fault: 'NoPermission' | 'NotAuthenticated' | 'InvalidCollectorVersion' | 'MethodNotFound';
      readonly name?: string;
      readonly count?: number;
    }
  | { readonly do: 'no-fault' };

export interface VcsimTruth {
  readonly machines: readonly {
    readonly id: string;
    readonly uuid: string;
    readonly name: string;
    readonly power: 'on' | 'off' | 'suspended';
    readonly cpus: number;
    readonly memoryMib: number;
    readonly reservationMib: number;
    readonly committedBytes: number;
    readonly template: boolean;
    readonly host: string;
    readonly pool: string;
    readonly folder: string;
  }[];
  readonly hosts: readonly {
    readonly id: string;
    readonly name: string;
    readonly parent: string;
    readonly sockets: number;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly model: string;
    readonly license: string;
  }[];
  readonly places: readonly {
    readonly id: string;
    readonly type: string;
    readonly name: string;
    readonly parent: string;
  }[];
}

export interface VcsimEvent {
  readonly type: string;
  readonly vm?: string;
  /** Milliseconds since the epoch by the vCenter's clock. */
  readonly ms: number;
}

export interface Vcsim {
  readonly url: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** SHA-256 of its certificate, 64 hexadecimal digits; empty without TLS. */
  readonly fingerprint: string;
  readonly instance: string;
  readonly pid: number;
  /**
   * Does these actions and gives the id of what each made. With `parallel`, those of one machine keep their order.
   * @throws Error naming each action that failed
   */
  drive(
    actions: readonly VcsimAction[],
    options?: { readonly parallel?: number },
  ): Promise<readonly string[]>;
  truth(): Promise<VcsimTruth>;
  /** The whole event history, oldest first. */
  events(): Promise<readonly VcsimEvent[]>;
  stop(): Promise<void>;
}

/** One line that says what is needed, where nothing can be started; false where it can. For the `skip` of a test. */
export function lacking(): string | false {
  if (process.env.METERHOUSE_VCSIM) return false;
  try {
    const [, major, minor] =
      /go(\d+)\.(\d+)/.exec(execFileSync('go', ['version'], { encoding: 'utf8' })) ?? [];
    if (Number(major) > 1 || Number(minor) >= 24) return false;
    return 'needs Go 1.24 or newer on the PATH, or METERHOUSE_VCSIM naming the vcsim that .ci/peers builds';
  } catch {
    return 'needs Go 1.24 or newer on the PATH, or METERHOUSE_VCSIM naming the vcsim that .ci/peers builds';
  }
}

/** Starts a vCenter and stops it after the test. `owner` is the test, or whatever runs what it is given at its end. */
export async function startVcsim(
  owner: { after(end: () => Promise<void>): void },
  options: VcsimOptions = {},
): Promise<Vcsim> {
  const program = process.env.METERHOUSE_VCSIM || (await built());
  const child = spawn(program, flags(options), {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, METERHOUSE_VCSIM_PASSWORD: PASSWORD },
  });
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said = `${said}${data}`.slice(-4000);
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async () => {
    child.stdin.end();
    const kill = setTimeout(() => child.kill('SIGKILL'), 3000);
    await ended;
    clearTimeout(kill);
  };
  owner.after(stop);
  const line = await Promise.race([
    new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).once('line', resolve);
      child.once('error', reject);
    }),
    ended.then(() => Promise.reject(new Error(`vcsim ended at its start: ${said}`))),
  ]);
  const { driver, ...place } = JSON.parse(line) as {
    driver: string;
    url: string;
    address: string;
    port: number;
    user: string;
    instance: string;
  };
  const ask = async <T>(path: string, body?: unknown): Promise<T> => {
    const response = await fetch(
      `${driver}${path}`,
      body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) },
    );
    if (!response.ok) throw new Error(`vcsim answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  };
  return {
    ...place,
    password: PASSWORD,
    pid: child.pid!,
    fingerprint: options.tls === false ? '' : await fingerprintOf(place.address, place.port),
    async drive(actions, { parallel = 1 } = {}) {
      const outcomes = await ask<{ made?: string; error?: string }[]>('/drive', { actions, parallel });
      const failed = outcomes.flatMap(({ error }, index) =>
        error === undefined ? [] : [`${JSON.stringify(actions[index])}: ${error}`],
      );
      if (failed.length > 0) throw new Error(`vcsim did not do\n${failed.join('\n')}`);
      return outcomes.map(({ made }) => made ?? '');
    },
    truth: () => ask('/truth'),
    events: () => ask('/events'),
    stop,
  };
}

function flags(options: VcsimOptions): string[] {
  const { port, certFile, keyFile, delay, ...rest } = options;
  const list = Object.entries(rest).map(([name, value]) => `-${name}=${value}`);
  if (port !== undefined) list.push(`-listen=127.0.0.1:${port}`);
  if (certFile !== undefined) list.push(`-cert=${certFile}`);
  if (keyFile !== undefined) list.push(`-key=${keyFile}`);
  if (delay !== undefined)
    list.push(
      `-delay=${Object.entries(delay)
        .map(([method, ms]) => `${method}=${ms}`)
        .join(',')}`,
    );
  return list;
}

/** Builds vcsim once for these sources; the first time takes a minute or two. */
async function built(): Promise<string> {
  const sources = readdirSync(SOURCES).sort();
  const hash = createHash('sha256');
  for (const name of sources) hash.update(name).update(readFileSync(join(SOURCES, name)));
  const program = join(CACHE, `vcsim-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(program)) return program;
  await mkdir(CACHE, { recursive: true });
  const fresh = `${program}.${process.pid}`;
  await promisify(execFile)('go', ['build', '-trimpath', '-o', fresh, '.'], { cwd: SOURCES });
  await rename(fresh, program);
  return program;
}

async function fingerprintOf(host: string, port: number): Promise<string> {
  return await new Promise((resolve, reject) => {
    const socket = connect({ host, port, rejectUnauthorized: false }, () => {
      const { raw } = socket.getPeerCertificate();
      socket.end();
      resolve(new X509Certificate(raw).fingerprint256.replaceAll(':', '').toLowerCase());
    });
    socket.once('error', reject);
  });
}
