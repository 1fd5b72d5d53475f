/**
 * Rules that the service keeps for its meters. They are asked for with the ETag of what is there already, and the last ones
 * stay on the disk: a meter that starts without its service labels as it did before.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MeterCustomerRule, type MeterCustomerRules } from '@meterhouse/contract';
import { Ajv } from 'ajv';
import { type Dispatcher, fetch, type Response } from 'undici';
import { writeDurably } from '../identity/durable-file.ts';
import { answerOf } from '../identity/service-refusal.ts';

export interface FetchedRules {
  readonly etag: string;
  readonly rules: MeterCustomerRules['rules'];
}

export interface RulesSource {
  /** Base address of the service. */
  readonly server: string;
  /** UUID of the meter. */
  readonly agent: string;
  /** A token that is good now. */
  accessToken(): Promise<string>;
  /** Where a private authority is trusted. */
  readonly dispatcher?: Dispatcher;
}

const FILE = 'service-rules.json';
/** Bytes: 50,000 rules have a quarter of it. */
const LONGEST_ANSWER = 64 * 1024 * 1024;
/** Whatever else a later service tells of a rule is none of ours. */
const isRule = new Ajv({ strictTypes: false, keywords: ['x-fault'] }).compile({
  ...MeterCustomerRule,
  additionalProperties: true,
});

/**
 * Asks the service for the rules.
 * @returns undefined when they are those of `known`
 * @throws ServiceRefusal when it says no, TypeError when it cannot be reached; then what is known goes on to hold
 */
export async function fetchRules(
  source: RulesSource,
  known: FetchedRules | undefined,
  signal?: AbortSignal,
): Promise<FetchedRules | undefined> {
  const url = new URL(`/usage/api/v1/agents/${source.agent}/customer-rules`, source.server);
  const response = await fetch(url, {
    headers: {
      authorization: `Bearer ${await source.accessToken()}`,
      ...(known !== undefined && { 'if-none-match': known.etag }),
    },
    redirect: 'error',
    ...(source.dispatcher !== undefined && { dispatcher: source.dispatcher }),
    ...(signal !== undefined && { signal }),
  });
  if (response.status === 304) {
    await response.body?.cancel();
    return undefined;
  }
  const answer = (await answerOf(bounded(response))) as { rules?: unknown } | undefined;
  if (!Array.isArray(answer?.rules))
    throw new TypeError('The service answered with no list of customer rules.');
  return { etag: response.headers.get('etag') ?? '', rules: understood(answer.rules) };
}

/** An answer whose text ends with a TypeError when there is too much of it. */
const bounded = ({ ok, status, body }: Response) => ({
  ok,
  status,
  async text() {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for await (const piece of body ?? []) {
      bytes += piece.length;
      if (bytes > LONGEST_ANSWER)
        throw new TypeError('The service answered with more rules than there can be.');
      pieces.push(piece);
    }
    return Buffer.concat(pieces).toString('utf8');
  },
});

/** Rules of a kind that came after this meter are for other meters. */
const understood = (rules: readonly unknown[]) =>
  rules.filter((rule): rule is MeterCustomerRules['rules'][number] => isRule(rule));

/** The rules that were kept; undefined when there are none, or none that can be read: the next fetch brings all. */
export async function loadFetchedRules(dir: string): Promise<FetchedRules | undefined> {
  try {
    const kept = JSON.parse(await readFile(join(dir, FILE), 'utf8')) as FetchedRules;
    return typeof kept.etag === 'string' && Array.isArray(kept.rules)
      ? { etag: kept.etag, rules: understood(kept.rules) }
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function keepFetchedRules(dir: string, rules: FetchedRules): Promise<void> {
  await writeDurably(join(dir, FILE), `${JSON.stringify(rules)}\n`);
}
