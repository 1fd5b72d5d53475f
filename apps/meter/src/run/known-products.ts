/**
 * What the meter knows of its products beyond their settings, in `products.json`: who each said it is, whether the service has
 * been told of it, and when it was given up. A product that is taken out of the settings is remembered until the service knows.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../identity/durable-file.ts';
import type { ProductIdentity } from '../inventory/index.ts';

export interface KnownProduct {
  readonly identity?: ProductIdentity;
  /** The epoch in which it was listed in a package. */
  readonly listedIn?: number;
  /** First hour in which it is not expected, when it was paused or taken out; `told` once a package says so. */
  readonly retired?: { readonly hour: string; readonly told: boolean };
}

export class KnownProducts {
  readonly #path: string;
  #known: Map<string, KnownProduct>;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, known: Map<string, KnownProduct>) {
    this.#path = path;
    this.#known = known;
  }

  /** A file that cannot be understood is begun anew: what it tells is told by the products again. */
  static async open(dir: string): Promise<KnownProducts> {
    const path = join(dir, 'products.json');
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return '{}';
    });
    let file: unknown;
    try {
      file = JSON.parse(text);
    } catch {
      file = {};
    }
    return new KnownProducts(path, new Map(Object.entries((file ?? {}) as Record<string, KnownProduct>)));
  }

  of(name: string): KnownProduct {
    return this.#known.get(name) ?? {};
  }

  names(): readonly string[] {
    return [...this.#known.keys()];
  }

  /** Keeps a change; undefined fields are forgotten. One write after the other. */
  async change(
    name: string,
    change: { readonly [Field in keyof KnownProduct]: KnownProduct[Field] | undefined },
  ): Promise<void> {
    const merged = Object.entries({ ...this.of(name), ...change }).filter(([, value]) => value !== undefined);
    this.#known.set(name, Object.fromEntries(merged) as KnownProduct);
    await this.#write();
  }

  async forget(name: string): Promise<void> {
    if (this.#known.delete(name)) await this.#write();
  }

  #write(): Promise<void> {
    this.#writing = this.#writing
      .catch(() => undefined)
      .then(() => writeDurably(this.#path, `${JSON.stringify(Object.fromEntries(this.#known), null, 2)}\n`));
    return this.#writing;
  }
}
