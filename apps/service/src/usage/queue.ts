/**
 * The queue that loads and reports of one meter's month share: the job runner runs its jobs one after another, in all
 * processes, so no report is rendered while a package is half in.
 */
export function meterMonthQueue(meterId: string, month: string): string {
  return `meter:${meterId}:${month.slice(0, 7)}`;
}
