/**
 * The numbers by which clients of the API know products. The meter knows them by name; a number is given when the API first
 * sees a name, is kept in `api-product-ids.json` and never given to another.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../identity/durable-file.ts';

export class ProductIds {
  readonly #path: string;
  readonly #ids: Map<string, number>;
  #next: number;
  #saving: Promise<void> = Promise.resolve();
  #unsaved = false;

  private constructor(path: string, ids: Map<string, number>, next: number) {
    this.#path = path;
    this.#ids = ids;
    this.#next = next;
  }

  /** @throws when the file is there and is not ours: a number that changes its product would accept the wrong certificate */
  static async open(dir: string): Promise<ProductIds> {
    const path = join(dir, 'api-product-ids.json');
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return undefined;
    });
    if (text === undefined) return new ProductIds(path, new Map(), 1);
    const { next, ids } = readIds(path, text);
    return new ProductIds(path, new Map(Object.entries(ids)), next);
  }

  /** Gives numbers to the names that have none, and keeps them before anybody hears of them. */
  async know(names: readonly string[]): Promise<void> {
    const unknown = names.filter((name) => !this.#ids.has(name));
    for (const name of unknown) {
      this.#ids.set(name, this.#next);
      this.#next += 1;
    }
    if (unknown.length > 0) this.#unsaved = true;
    // One after the other, each with all that is known by then; what failed is tried again by the next one.
    if (this.#unsaved) this.#saving = this.#saving.catch(() => {}).then(() => this.#save());
    await this.#saving;
  }

  /** @returns undefined for a name that was never known */
  idOf(name: string): number | undefined {
    return this.#ids.get(name);
  }

  nameOf(id: number): string | undefined {
    for (const [name, known] of this.#ids) if (known === id) return name;
    return undefined;
  }

  async #save(): Promise<void> {
    const text = JSON.stringify({ next: this.#next, ids: Object.fromEntries(this.#ids) }, null, 2);
    this.#unsaved = false;
    await writeDurably(this.#path, `${text}\n`).catch((error: unknown) => {
      this.#unsaved = true;
      throw error;
    });
  }
}

function readIds(path: string, text: string): { next: number; ids: Record<string, number> } {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    file = undefined;
  }
  const { next, ids } = (file ?? {}) as { next?: unknown; ids?: unknown };
  const values = typeof ids === 'object' && ids !== null ? Object.values(ids) : [undefined];
  if (!isId(next) || !values.every((id) => isId(id) && id < next) || new Set(values).size !== values.length)
    throw new Error(
      `${path} is damaged. Put it back from a backup, or remove it: products then get new numbers in the API.`,
    );
  return { next, ids: ids as Record<string, number> };
}

const isId = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1;
