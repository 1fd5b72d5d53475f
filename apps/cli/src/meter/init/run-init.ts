import { join } from 'node:path';
import type { ActivatedMeter } from '@meterhouse/meter/identity';
import type { FirstBreath, FirstLook } from '@meterhouse/meter/run';
import { settingsPathOf } from '../../commands/meter/place.ts';
import { EXIT } from '../../exit-codes.ts';
import { explain } from '../../explain.ts';
import { Failure } from '../../failure.ts';
import { connect } from '../../http/connect.ts';
import { canAsk } from '../../terminal/ask.ts';
import { note, print, printJson } from '../../terminal/output.ts';
import { plain } from '../../terminal/plain.ts';
import { bindMeter } from '../bind-meter.ts';
import { lookJson, lookLines, sentLine } from '../first-look.ts';
import { findMeter } from './find-meter.ts';
import { type Made, makeMeter } from './make-meter.ts';
import { nextSteps } from './next-steps.ts';
import { type Found, type InitFlags, type Wishes, wishesOf } from './wishes.ts';

/**
 * `meter init`: makes what there is not yet, binds the meter, looks at its products and sends a first package. Everything is
 * asked before anything is made; each step that follows stands by itself, and another init goes on behind the last one.
 */
export async function runInit(flags: InitFlags): Promise<void> {
  const { dir, json = false, caFile } = flags;
  const settingsPath = settingsPathOf(flags);
  const found = await findMeter(dir, settingsPath);
  const ask = canAsk() && !json;
  const bare = isBare(flags);
  if (bare && isMade(found, ask)) throw madeAlready(dir, found);
  const wishes = bare && !ask ? bareWishes(flags, found) : await wishesOf(flags, found, ask);
  const tell = (line: string) => {
    if (!json) print(line);
  };
  const made = await makeMeter(dir, settingsPath, caFile, wishes, found);
  const { agent, key } = made.meter;
  tell(`Meter ${agent} is ${found.agent === undefined ? 'made' : 'found'} in ${dir}.`);
  tell(`Its settings are in ${settingsPath}.`);
  if (bare && !ask) {
    tellNext(dir, made, found.activated, tell, flags);
    if (json) printJson({ agent, dir, kid: key.kid, settings: settingsPath });
    return;
  }
  const bound = await bind(flags, wishes, made, tell);
  const activated = found.activated || bound.meter !== undefined;
  const breath = await lookAtProducts(flags, settingsPath, made, tell);
  if (bound.failure === undefined) tellNext(dir, made, activated, tell, flags);
  if (json)
    printJson({
      agent,
      dir,
      kid: bound.meter?.key.kid ?? key.kid,
      settings: settingsPath,
      service: made.settings.service ?? null,
      activated,
      products: breath?.products.map(lookJson) ?? [],
      packagesTaken: breath?.sent?.taken ?? 0,
    });
  if (bound.failure !== undefined) throw bound.failure;
  const failed = breath?.products.some((look) => 'failure' in look) || breath?.sent?.stopped !== undefined;
  if (failed) process.exitCode = EXIT.partly;
}

const SAID = [
  'server',
  'offline',
  'label',
  'contract',
  'site',
  'mode',
  'vcenter',
  'libvirt',
  'user',
  'passwordFile',
  'fingerprint',
  'productCaFile',
  'names',
  'apiListen',
] as const satisfies (keyof InitFlags)[];

/** Nothing is said of the meter but where it is. */
const isBare = (flags: InitFlags) => SAID.every((flag) => flags[flag] === undefined);

/** Without a person another run would change nothing; with one it asks for what is lacking. */
function isMade({ agent, activated, settings }: Found, ask: boolean): boolean {
  if (agent === undefined || settings === undefined) return false;
  const bound = activated || settings.service === undefined;
  return !ask || (bound && settings.products.length > 0);
}

function madeAlready(dir: string, { agent, activated, settings }: Found): Failure {
  const [first] = nextSteps({ dir, agent: agent!, activated, settings: settings! });
  return new Failure(`${dir} holds a meter already: ${agent}. Its key is never replaced.`, EXIT.input, {
    code: 'already-initialised',
    advice: `Use it, or choose another directory. Next: ${first}`,
  });
}

function bareWishes({ agent }: InitFlags, found: Found): Wishes {
  const other = agent !== undefined && found.agent !== undefined && agent !== found.agent;
  if (other) throw new Failure(`The meter there is ${found.agent}, and stays it.`, EXIT.usage);
  return {
    agent: found.agent ?? agent ?? crypto.randomUUID(),
    service: undefined,
    products: [],
    names: undefined,
    apiListen: undefined,
    registration: undefined,
  };
}

async function bind(
  flags: InitFlags,
  { registration }: Wishes,
  { meter, settings: { service, serviceCaFile } }: Made,
  tell: (line: string) => void,
): Promise<{ readonly meter?: ActivatedMeter; readonly failure?: Failure }> {
  if (registration === undefined || service === undefined) return {};
  try {
    // An init that goes on behind an earlier one trusts what the settings name.
    const caFile = flags.caFile ?? serviceCaFile;
    const client = await connect({ ...flags, server: service, ...(caFile !== undefined && { caFile }) });
    const bound = await bindMeter(client, service, meter, registration, caFile, ({ contractNumber }) =>
      tell(
        plain(
          `It is registered as ${registration.label}${contractNumber ? ` under contract ${contractNumber}` : ' without a contract'}.`,
        ),
      ),
    );
    tell(`It is bound to ${service} in epoch ${bound.activation.epoch}.`);
    return { meter: bound };
  } catch (error) {
    const failure = explain(error);
    if (failure === undefined) throw error;
    const again = `What is made stays. When that is mended, the same command again goes on: meterhouse meter init --dir ${flags.dir} --label …`;
    const { faults, code, requestId } = failure;
    return {
      failure: new Failure(`The meter is not bound yet: ${failure.message}`, failure.exitCode, {
        faults,
        ...(code !== undefined && { code }),
        ...(requestId !== undefined && { requestId }),
        advice: failure.advice === undefined ? again : `${failure.advice}\n  ${again}`,
      }),
    };
  }
}

async function lookAtProducts(
  { dir, json }: InitFlags,
  settingsPath: string,
  { settings }: Made,
  tell: (line: string) => void,
): Promise<FirstBreath | undefined> {
  if (settings.products.length === 0) return undefined;
  const { firstBreath } = await import('@meterhouse/meter/run');
  const { openJournal } = await import('@meterhouse/meter/journal');
  if (!json)
    note(
      `Looking at ${settings.products.length === 1 ? 'the product' : 'the products'} once: Ctrl-C leaves that out.`,
    );
  const journal = await openJournal(join(dir, 'journal'));
  try {
    const breath = await firstBreath({
      dir,
      settingsPath,
      environment: process.env,
      journal,
      signal: new AbortController().signal,
      onProduct: (look: FirstLook) => lookLines(look).forEach(tell),
    });
    const sent = sentLine(breath);
    if (sent !== undefined) tell(sent);
    return breath;
  } finally {
    journal.close();
  }
}

function tellNext(
  dir: string,
  { meter, settings }: Made,
  activated: boolean,
  tell: (line: string) => void,
  { label }: InitFlags,
): void {
  const steps = nextSteps({ dir, agent: meter.agent, activated, settings });
  tell(`Next: ${steps[0]}`);
  for (const step of steps.slice(1)) tell(`      ${step}`);
  if (!activated && settings.service !== undefined && label !== undefined)
    tell('There is no API token for that service yet, so the meter is not registered.');
}
