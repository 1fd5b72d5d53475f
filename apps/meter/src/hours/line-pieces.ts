/** Bytes of a piece: large enough for a write and for the compressor's thread, small enough to be gone soon. */
const PIECE = 131_072;
/** Bytes of the first piece: most blocks are a line or two, and this much comes from a pool. */
const FIRST = 2048;
/** UTF-8 takes three bytes for a UTF-16 unit at most. */
const BYTES_A_UNIT = 3;

/**
 * Lines as UTF-8, in pieces of a good size. Each line is written into its piece at once: gathered as text, lines would outlive
 * the young generation, and an hour of 50,000 machines would leave its whole text on the heap. The memory of a piece is used
 * again, for the same reason.
 * @param apart how many pieces are asked for after one before it is written over: whoever takes it is done with it by then
 */
export function* linePieces(lines: Iterable<string>, apart = 2): Generator<Buffer, void, undefined> {
  const large: Buffer[] = [];
  let turn = 0;
  let piece: Buffer = Buffer.allocUnsafe(0);
  let used = 0;
  let size = FIRST;
  const next = (room: number): Buffer => {
    if (size === FIRST || room > PIECE) return Buffer.allocUnsafe(Math.max(size, room));
    turn = (turn + 1) % apart;
    const again = large[turn] ?? Buffer.allocUnsafeSlow(PIECE);
    large[turn] = again;
    return again;
  };
  for (const line of lines) {
    const room = line.length * BYTES_A_UNIT;
    if (used + room > piece.length) {
      if (used > 0) yield piece.subarray(0, used);
      piece = next(room);
      size = PIECE;
      used = 0;
    }
    used += piece.write(line, used, 'utf8');
  }
  if (used > 0) yield piece.subarray(0, used);
}
