import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** What the records keep of a rendered report. */
export interface MeasuredReport {
  readonly contentLength: number;
  /** Of the bytes as they are sent. */
  readonly md5: Buffer;
  /** Of the bytes as they are sent. */
  readonly sha256: Buffer;
  /** Of the TSV before it was packed: equal for equal data, whatever packed it. */
  readonly plainSha256: Buffer;
  /** Without the header line. */
  readonly rows: number;
}

const LINE_FEED = 10;

/** Reads a packed report once and gives its length, digests and rows. */
export async function measureReport(path: string): Promise<MeasuredReport> {
  const md5 = createHash('md5');
  const sha256 = createHash('sha256');
  const plainSha256 = createHash('sha256');
  let contentLength = 0;
  let lines = 0;
  const sent = new Transform({
    transform(piece: Buffer, _encoding, done) {
      contentLength += piece.length;
      md5.update(piece);
      sha256.update(piece);
      done(null, piece);
    },
  });
  const plain = new Writable({
    write(piece: Buffer, _encoding, done) {
      plainSha256.update(piece);
      for (let at = piece.indexOf(LINE_FEED); at !== -1; at = piece.indexOf(LINE_FEED, at + 1)) lines += 1;
      done();
    },
  });
  await pipeline(createReadStream(path), sent, createGunzip(), plain);
  return {
    contentLength,
    md5: md5.digest(),
    sha256: sha256.digest(),
    plainSha256: plainSha256.digest(),
    rows: lines - 1,
  };
}
