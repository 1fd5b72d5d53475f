/**
 * Who a meter is: a UUID, an Ed25519 key and, once it is activated, what it was activated as. One file, `meter.json`, in a
 * directory that only its owner can read, so that key and activation change together or not at all. The key is made here and
 * never leaves; whoever can read the file can sign usage in this meter's name.
 */
import { randomUUID } from 'node:crypto';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Activation } from '@meterhouse/contract';
import { makeFolder } from '@meterhouse/metering/make-folder';
import { createDurably, writeDurably } from './durable-file.ts';
import { type MeterKey, makeKey, type PrivateJwk, readKey } from './key.ts';
import { MeterError } from './meter-error.ts';

export interface Meter {
  readonly dir: string;
  readonly agent: string;
  readonly key: MeterKey;
  readonly activation: Activation | undefined;
  /** What an activation asked for that was not answered yet. */
  readonly binding: Binding | undefined;
}
/** A key that is to be bound, and the digest of the activation token that it was shown with. */
export interface Binding {
  readonly key: MeterKey;
  readonly token: string;
}
export type ActivatedMeter = Meter & { readonly activation: Activation };

interface MeterFile {
  readonly agent: string;
  readonly key: PrivateJwk;
  readonly activation?: Activation;
  readonly binding?: { readonly key: PrivateJwk; readonly token: string };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Makes a meter in `dir`, which may exist; `agent` where the UUID is already known, such as one that is registered.
 * @throws MeterError `already-initialised` when there is one: its key would be lost, and with it its chain
 * @throws MeterError `bad-agent` when `agent` is no UUID
 */
export async function initMeter(dir: string, agent: string = randomUUID()): Promise<Meter> {
  const id = agent.toLowerCase();
  if (!UUID.test(id)) throw new MeterError('bad-agent', `"${agent}" is not a UUID.`);
  await makeFolder(dir, 0o700);
  await chmod(dir, 0o700);
  const key = await makeKey();
  const created = await createDurably(join(dir, 'meter.json'), render({ agent: id, key: key.privateJwk }));
  if (!created) {
    throw new MeterError(
      'already-initialised',
      `${dir} holds a meter already. Use it, or choose another directory: a meter's key is never replaced by init.`,
    );
  }
  return { dir, agent: id, key, activation: undefined, binding: undefined };
}

/** @throws MeterError `not-initialised` */
export async function loadMeter(dir: string): Promise<Meter> {
  const text = await readFile(join(dir, 'meter.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new MeterError(
      'not-initialised',
      `${dir} holds no meter. Make one: meterhouse meter init --dir ${dir}`,
    );
  });
  const file = JSON.parse(text) as MeterFile;
  return {
    dir,
    agent: file.agent,
    key: await readKey(file.key),
    activation: file.activation,
    binding: file.binding && { key: await readKey(file.binding.key), token: file.binding.token },
  };
}

/** @throws MeterError `not-initialised`, `not-activated` */
export async function loadActivatedMeter(dir: string): Promise<ActivatedMeter> {
  const meter = await loadMeter(dir);
  if (meter.activation === undefined) {
    throw new MeterError(
      'not-activated',
      `The meter in ${dir} is not bound to a service yet: meterhouse meter activate --dir ${dir} --server URL --activation-token - < FILE`,
    );
  }
  return { ...meter, activation: meter.activation };
}

/** Keeps the key that is about to be bound, before anybody is asked: when the answer comes, the key must be there. */
export async function keepBinding(meter: Meter, binding: Binding): Promise<Meter> {
  return save({ ...meter, binding });
}

/** From here on the meter signs with this key, as what this activation says. Both change at once. */
export async function keepActivation(
  meter: Meter,
  key: MeterKey,
  activation: Activation,
): Promise<ActivatedMeter> {
  return save({ ...meter, key, activation, binding: undefined });
}

async function save<M extends Meter>(meter: M): Promise<M> {
  const { agent, key, activation, binding } = meter;
  await writeDurably(
    join(meter.dir, 'meter.json'),
    render({
      agent,
      key: key.privateJwk,
      ...(activation && { activation }),
      ...(binding && { binding: { key: binding.key.privateJwk, token: binding.token } }),
    }),
  );
  return meter;
}

function render(file: MeterFile): string {
  return `${JSON.stringify(file, null, 2)}\n`;
}
