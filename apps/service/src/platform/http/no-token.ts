const FORM = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z0-9._-]{1,16})$/i;

/**
 * Whether a word that a caller chose can be no token: a UUID or a short word. Only such a word goes into logs, records and
 * answers, since a person or a client that mistakes one place for another puts a token there: an API token has 22 characters or
 * more (128 bits at 6 a character) and is no UUID, which provisioning refuses; all others are longer.
 */
export function isNoToken(word: string): boolean {
  return FORM.test(word);
}
