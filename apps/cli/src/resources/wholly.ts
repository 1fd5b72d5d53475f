import type { Column } from '../output/column.ts';

/** Of a single item all is shown that there is to say of it. */
export function wholly<Item>(columns: readonly Column<Item>[]): readonly Column<Item>[] {
  return columns.map(({ extra: _extra, ...column }) => column);
}
