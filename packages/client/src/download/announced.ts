/** What is known of a file's bytes before they have come. */
export interface Announced {
  readonly length?: number | undefined;
  /** Lower-case hexadecimal. */
  readonly md5?: string | undefined;
  /** Lower-case hexadecimal. */
  readonly sha256?: string | undefined;
}

/** The SHA-256 of a Repr-Digest header (RFC 9530), which is of the whole file also where a range of it comes. */
export function sha256OfReprDigest(header: string | null): string | undefined {
  const base64 = /(?:^|,)\s*sha-256\s*=\s*:([A-Za-z0-9+/]{43}=):/.exec(header ?? '')?.[1];
  if (base64 === undefined) return undefined;
  return Array.from(atob(base64), (character) => character.charCodeAt(0).toString(16).padStart(2, '0')).join(
    '',
  );
}

/** The file name of a Content-Disposition header, without any folder. */
export function fileNameOf(header: string | null): string | undefined {
  const name = /filename="?([^";]+)"?/i.exec(header ?? '')?.[1];
  return name?.replace(/^.*[\\/]/s, '').trim() || undefined;
}

/** Of a range's answer: where it begins, from 0; undefined when the header does not say. */
export function beginOfRange(contentRange: string | null): number | undefined {
  const begin = /^bytes (\d+)-/.exec(contentRange ?? '')?.[1];
  return begin === undefined ? undefined : Number(begin);
}
