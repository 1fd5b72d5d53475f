/** Seals small secrets (private keys) with the master key, which is kept outside the database. AES-256-GCM. */
export interface Secrets {
  /** `context` is bound to the sealed text: it opens only under the same words. */
  seal(context: string, plain: Uint8Array): Uint8Array;
  open(context: string, sealed: Uint8Array): Uint8Array;
}
