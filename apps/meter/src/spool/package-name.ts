/** The name of a package's file, which tells its place in the chain: `usage_<agent>_<epoch>_<number>_<part>.gz`. */
export interface PackageName {
  readonly agent: string;
  readonly epoch: number;
  readonly number: number;
  /** What it begins with: a day, or an hour; its first seven characters are the month. */
  readonly part: string;
}

const NAME = /^usage_([0-9a-f-]{36})_(\d+)_(\d{6,})_(\d{4}-\d\d.*)\.gz$/;

export function packageName({ agent, epoch, number, part }: PackageName): string {
  return `usage_${agent}_${epoch}_${String(number).padStart(6, '0')}_${part}.gz`;
}

/** Undefined for any other name. */
export function readPackageName(name: string): PackageName | undefined {
  const [, agent, epoch, number, part] = NAME.exec(name) ?? [];
  if (agent === undefined || part === undefined) return undefined;
  return { agent, epoch: Number(epoch), number: Number(number), part };
}

/** Ascending by epoch, then number: the order in which they are sent. */
export function byPlace(one: PackageName, other: PackageName): number {
  return one.epoch - other.epoch || one.number - other.number;
}
