import type { Standing } from './standing.ts';

/** The same for scripts. Times are ISO 8601. */
export function statusJson(standing: Standing, concerns: readonly string[]) {
  const { agent, running, activated, snapshot, settings, month, hours, certificate } = standing;
  const upload = snapshot?.upload;
  return {
    agent,
    well: concerns.length === 0,
    concerns,
    running,
    at: instant(snapshot?.at),
    startedAt: instant(snapshot?.startedAt),
    pid: snapshot?.pid ?? null,
    version: snapshot?.version ?? null,
    service: snapshot?.service ?? settings?.service ?? null,
    activated,
    products: (snapshot?.products ?? []).map(
      ({
        name,
        type,
        address,
        state,
        stateSince,
        code,
        reason,
        nextTryAt,
        lastReadingAt,
        ledger,
        health,
      }) => ({
        name,
        type,
        address,
        state,
        stateSince: instant(stateSince),
        code: code ?? null,
        reason: reason ?? null,
        nextTryAt: instant(nextTryAt),
        lastReadingAt: instant(lastReadingAt),
        instanceId: ledger?.product?.id ?? null,
        machines: ledger?.machines ?? null,
        running: ledger?.running ?? null,
        hosts: ledger?.hosts ?? null,
        clusters: ledger?.clusters ?? null,
        hoursWaiting: ledger?.waiting ?? null,
        skewSeconds: health?.skewSeconds ?? null,
        lacking: health?.lacking ?? [],
      }),
    ),
    hours: {
      month,
      products: hours.map(({ states: _, ...counts }) => counts),
    },
    spool: upload?.spool === undefined ? null : { ...upload.spool, limitBytes: snapshot!.spoolLimitBytes },
    upload:
      upload === undefined
        ? null
        : {
            state: upload.state,
            taken: upload.taken,
            lastTakenAt: instant(upload.lastTakenAt),
            nextTryAt: instant(upload.nextTryAt),
            failure:
              upload.failure === undefined
                ? null
                : { ...upload.failure, since: instant(upload.failure.since) },
            skewSeconds: upload.skewSeconds ?? null,
          },
    api: {
      listen: settings?.api.listen ?? null,
      certificate:
        certificate === undefined
          ? null
          : { fingerprint: certificate.fingerprint, endsAt: instant(certificate.endsAt) },
    },
  };
}

const instant = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
