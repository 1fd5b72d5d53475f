/** The order of rows. Texts compare as their UTF-8 bytes do, which is how the engine sorts and is not how UTF-16 does. */
export type Row = readonly string[];

/** Below 0, 0 or above 0. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left === right) continue;
    // A surrogate stands for a character beyond all those of one unit.
    const [leftPair, rightPair] = [isSurrogate(left), isSurrogate(right)];
    return leftPair === rightPair ? left - right : leftPair ? 1 : -1;
  }
  return a.length - b.length;
}

/** Sorts rows by the named columns. Instants such as 2023-01-01T05:00:00Z sort as text. */
export function sortRows(
  rows: readonly Row[],
  columns: readonly string[],
  key: readonly string[],
): readonly Row[] {
  const places = key.map((name) => columns.indexOf(name));
  return rows.toSorted((a, b) => {
    for (const place of places) {
      const order = compareText(a[place] ?? '', b[place] ?? '');
      if (order !== 0) return order;
    }
    return 0;
  });
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
