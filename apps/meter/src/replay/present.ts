import { DAY } from '../days/index.ts';
import type { Trace } from './trace.ts';

/**
 * Gives the rows of the machines that existed on a day. Asked for ascending days it touches each arrival once and each
 * machine once a day that it lives: the next arrivals join those that were there and who has left is dropped. For a day
 * before the last one it starts again.
 */
export function arrivalsByDay(trace: Trace): (start: number) => Uint32Array {
  let present = new Uint32Array(0);
  let arrived = 0;
  let asked = Number.NEGATIVE_INFINITY;
  return (start) => {
    if (start <= asked) {
      present = new Uint32Array(0);
      arrived = 0;
    }
    asked = start;
    const before = arrived;
    while (arrived < trace.count && trace.on[trace.arrivals[arrived]!]! < start + DAY) arrived += 1;
    const all = new Uint32Array(present.length + arrived - before);
    all.set(present);
    all.set(trace.arrivals.subarray(before, arrived), present.length);
    present = all.filter((row) => trace.off[row]! > start);
    return present;
  };
}
