import type { EngineLane } from '../../platform/engine/types.ts';
import { statementSettings } from '../render/statement-settings.ts';
import { type Bindings, createBindings } from './bindings.ts';
import { type HourRange, scopeSql } from './scope.ts';

/** A machine: two UUIDs as text. */
export interface Vm {
  readonly product: string;
  readonly vm: string;
}

/** The machines after one and up to another, in the order in which the history prints them; open where an end is left out. */
export interface VmSlice {
  readonly after?: Vm;
  readonly upTo?: Vm;
}

/**
 * Cuts the machines of a meter's month into slices of some `rows` usage rows each, in the order of the history, so that the
 * histories of the slices, one after another, are the history of all. A machine is never cut.
 */
export async function vmSlices(
  lane: EngineLane,
  { meterId, month }: { readonly meterId: string; readonly month: HourRange },
  rows: number,
): Promise<readonly VmSlice[]> {
  const bindings = createBindings();
  const ends = await lane.rows<Vm>(
    `SELECT toString(lastProduct) AS product, toString(lastVm) AS vm
FROM (
  SELECT product AS lastProduct, vm AS lastVm, own, sum(own) OVER (ORDER BY ${placeSql} ROWS UNBOUNDED PRECEDING) AS total
  FROM (
    SELECT product, vm, count() AS own FROM usage_vm
    WHERE ${scopeSql(meterId, [month], bindings)}
    GROUP BY product, vm
  )
)
WHERE intDiv(total, ${bindings.bind('UInt64', String(rows))}) > intDiv(total - own, ${bindings.bind('UInt64', String(rows))})
ORDER BY total
${statementSettings}`,
    bindings.values,
  );
  return [...ends, undefined].map((upTo, place) => {
    const after = ends[place - 1];
    return { ...(after && { after }), ...(upTo && { upTo }) };
  });
}

/** SQL text that is true for the rows of a slice. */
export function vmSliceSql({ after, upTo }: VmSlice, { bind }: Bindings): string {
  const place = ({ product, vm }: Vm) =>
    `(UUIDStringToNum(${bind('String', product)}), UUIDStringToNum(${bind('String', vm)}))`;
  const parts = [
    ...(after ? [`${placeSql} > ${place(after)}`] : []),
    ...(upTo ? [`${placeSql} <= ${place(upTo)}`] : []),
  ];
  return parts.length === 0 ? 'true' : parts.join(' AND ');
}

/** Sorts as the texts of the UUIDs do; the engine itself sorts UUIDs by their second half first. */
const placeSql = '(UUIDToNum(product), UUIDToNum(vm))';
