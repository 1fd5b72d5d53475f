/**
 * Whether If-None-Match names this entity tag (RFC 9110, 13.1.2, compared weakly): the caller has these bytes already.
 * `etag` is strong, with its quotes.
 */
export function hasAlready(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return [...ifNoneMatch.matchAll(/(?:W\/)?("[^"]*")/g)].some(([, tag]) => tag === etag);
}

/**
 * Whether a Range may be answered with a part (RFC 9110, 13.1.5): If-Range is absent, or names these very bytes. A weak tag
 * or a date does not, and the whole is sent.
 */
export function rangeHolds(ifRange: string | undefined, etag: string): boolean {
  return ifRange === undefined || ifRange.trim() === etag;
}
