export { clockText } from './clock-text.ts';
export {
  type Cluster,
  collectedHour,
  DAY,
  type DayHour,
  type DayProduct,
  type Host,
  type License,
  type Machine,
  partialHour,
  type Span,
  type Stretch,
  type UsageDay,
  unreachableHour,
} from './day.ts';
export {
  daysBetween,
  type UsageDays,
  type WriteOptions,
  type WriteProgress,
  type WrittenDay,
  writeDays,
} from './write-days.ts';
