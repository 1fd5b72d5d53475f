/**
 * Texts that stay. A piece of a chunk keeps the whole chunk alive as long as it lives itself, so what is kept is copied; and of
 * what many machines share, such as the id of a host, there is one copy.
 */
export function kept(text: string): string {
  return Buffer.from(text.length > LONGEST ? text.slice(0, LONGEST) : text, 'utf8').toString('utf8');
}

/** Characters: no name or id of a vCenter is a tenth as long. */
const LONGEST = 2048;
/** Different texts that are held to be shared; then sharing begins anew. */
const MOST_SHARED = 200_000;

export class SharedTexts {
  readonly #texts = new Map<string, string>();

  of(text: string): string {
    const there = this.#texts.get(text);
    if (there !== undefined) return there;
    if (this.#texts.size >= MOST_SHARED) this.#texts.clear();
    const copy = kept(text);
    this.#texts.set(copy, copy);
    return copy;
  }
}

/** vCenter escapes in names what would part a path: `%2f`, `%5c`, `%25`. */
export function plainName(name: string): string {
  return name.includes('%')
    ? name.replaceAll(/%(2f|5c|25)/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : name;
}
