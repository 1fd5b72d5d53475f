import { Problem } from '@meterhouse/contract';

export interface AdmissionLimits {
  /** Places. */
  readonly atOnce: number;
  /** How many of them one organisation may have, so that another's slow or many uploads keep nobody out. */
  readonly share: number;
  /** How many of one organisation may wait; one more is sent away. */
  readonly waiting: number;
}

export interface Admission {
  /** Does `work` once there is a place for this organisation. @throws problem `unavailable` when too many of it wait */
  run<T>(organisationId: string, work: () => Promise<T>): Promise<T>;
  /** Places that are taken. */
  inFlight(): number;
}

/** Lets so many in at a time, in the order of their coming, each organisation up to its share. */
export function createAdmission({ atOnce, share, waiting: most }: AdmissionLimits): Admission {
  const taken = new Map<string, number>();
  let all = 0;
  const waiting: { readonly organisationId: string; readonly enter: () => void }[] = [];
  const mayEnter = (organisationId: string) => all < atOnce && (taken.get(organisationId) ?? 0) < share;

  function count(organisationId: string, change: 1 | -1): void {
    const now = (taken.get(organisationId) ?? 0) + change;
    if (now === 0) taken.delete(organisationId);
    else taken.set(organisationId, now);
    all += change;
  }

  return {
    async run(organisationId, work) {
      if (mayEnter(organisationId)) count(organisationId, 1);
      else {
        if (waiting.filter((one) => one.organisationId === organisationId).length >= most)
          throw new Problem('unavailable', {
            detail: `${taken.get(organisationId) ?? 0} uploads of your organisation are being taken and ${most} wait. Send it again later.`,
            headers: { 'Retry-After': '10' },
          });
        await new Promise<void>((enter) => waiting.push({ organisationId, enter }));
      }
      try {
        return await work();
      } finally {
        count(organisationId, -1);
        const next = waiting.findIndex((one) => mayEnter(one.organisationId));
        if (next >= 0) {
          const [one] = waiting.splice(next, 1);
          // Its place is taken before anybody else can come in between.
          count(one!.organisationId, 1);
          one!.enter();
        }
      }
    },
    inFlight: () => all,
  };
}
