/** What stands in records for names: what privacy makes of them, within the limits of the contract, and never one for two. */
import { createHash } from 'node:crypto';
import { LIMITS } from '@meterhouse/contract';
import type { Histories } from './histories.ts';
import type { Privacy, PrivateAttribute } from './privacy.ts';
import type { Span } from './spans.ts';

/** Where a name must stand and there is none. */
const NAMELESS = '-';
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what no record may hold; a tab would forge a report column
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** A name as the contract takes it: no control character, no half character, 512 at most. */
export function recordText(text: string): string {
  const plain = text.toWellFormed().replace(FORBIDDEN, '\ufffd');
  if (plain.length <= LIMITS.textLength) return plain;
  return [...plain].slice(0, LIMITS.textLength).join('');
}

export class RecordNames {
  readonly #privacy: Privacy;
  readonly #hour: number;
  readonly #known = new Map<string, string>();

  constructor(privacy: Privacy, hour: number) {
    this.#privacy = privacy;
    this.#hour = hour;
  }

  /** `''` stays `''`. */
  text(attribute: PrivateAttribute, plain: string): string {
    return plain === '' ? '' : recordText(this.#privacy.text(attribute, recordText(plain), this.#hour));
  }

  /** For the few that many share: remembered for the hour. */
  shared(attribute: PrivateAttribute, plain: string): string {
    const key = `${attribute} ${plain}`;
    let text = this.#known.get(key);
    if (text === undefined) {
      text = this.text(attribute, plain);
      this.#known.set(key, text);
    }
    return text;
  }

  /** For a name that must stand. */
  name(attribute: PrivateAttribute, plain: string): string {
    return this.text(attribute, plain) || NAMELESS;
  }
}

/**
 * Names of hosts or of clusters, one text for each thing: records know them by name alone, and two clusters of two
 * datacentres may be called the same, or every host be redacted to one word. Where two share a text in the same second,
 * both get a mark made of their ids, the same in every hour.
 */
export function distinctNames(
  kind: 'host' | 'cluster',
  histories: Histories<'host'> | Histories<'cluster'>,
  names: RecordNames,
  product: string,
): (id: string, plain: string) => string {
  const byText = new Map<string, (Span & { readonly id: string })[]>();
  for (const id of histories.ids())
    for (const { from, to, state } of histories.of(id)) {
      const text = names.name(kind, state.name);
      const spans = byText.get(text);
      if (spans === undefined) byText.set(text, [{ from, to, id }]);
      else spans.push({ from, to, id });
    }
  const shared = new Set([...byText].filter(([, spans]) => overlap(spans)).map(([text]) => text));
  return (id, plain) => {
    const text = names.shared(kind, plain) || NAMELESS;
    return shared.has(text)
      ? recordText(`${text.slice(0, LIMITS.textLength - 8)} #${mark(product, id)}`)
      : text;
  };
}

function overlap(spans: readonly (Span & { readonly id: string })[]): boolean {
  const ascending = spans.toSorted((a, b) => a.from - b.from);
  return ascending.some(({ from, id }, index) => {
    const before = ascending[index - 1];
    return before !== undefined && before.to > from && before.id !== id;
  });
}

function mark(product: string, id: string): string {
  return createHash('sha256').update(`${product} ${id}`).digest('hex').slice(0, 6);
}
