/** Parts of a name that say its value is secret; `d` is the private part of a JWK. `tokenId`, `tokenName` and `lastFour` name a secret without being one. */
const secretWords =
  /password|passphrase|passcode|secret|token|authorization|cookie|credential|private.?key|bearer|^d$/i;
const harmless =
  /^(api|access|refresh|activation)?[_-]?token[_-]?(id|name|role|last[_-]?four|expires?[_-]?at|count)s?$/i;

/**
 * The places in the details of an audit entry whose name says that a secret stands there, as `/a/b`. The audit log is read by
 * people and copied into manifests, and is never rewritten: a secret in it would be there for good.
 */
export function forbiddenDetails(details: unknown, at = ''): string[] {
  if (Array.isArray(details))
    return details.flatMap((item, index) => forbiddenDetails(item, `${at}/${index}`));
  if (typeof details !== 'object' || details === null) return [];
  return Object.entries(details).flatMap(([key, value]) =>
    secretWords.test(key) && !harmless.test(key) ? [`${at}/${key}`] : forbiddenDetails(value, `${at}/${key}`),
  );
}
