import { join } from 'node:path';
import { createBackup } from './backup/index.ts';
import { createCommerce, type RequestRenewal } from './commerce/index.ts';
import { createCustomers } from './customers/index.ts';
import { keepHouse } from './housekeeping.ts';
import { createIdentity, forgetUsedAssertions, type Identity } from './identity/index.ts';
import { createIntake } from './intake/index.ts';
import { notificationRoutes } from './notices/index.ts';
import type { Platform } from './open-platform.ts';
import { pagesRoutes } from './pages/index.ts';
import { forgetAnswers } from './platform/changes/index.ts';
import type { Routes } from './platform/http/index.ts';
import type { JobHandlers } from './platform/jobs/index.ts';
import { createQuotas } from './quotas/index.ts';
import { createRegistry, keysOfMeter, keysOfTakenPackages, meterKeys } from './registry/index.ts';
import { createReports } from './reports/index.ts';
import { coverageOfMonth, createUsage } from './usage/index.ts';
import { serviceVersion } from './version.ts';

/** The rooms, wired to the platform and to each other; what the service needs of them. */
export interface Rooms {
  readonly identity: Identity;
  readonly requestRenewal: RequestRenewal;
  readonly routes: readonly Routes[];
  readonly jobHandlers: JobHandlers;
  /** Before the first request and the first job. */
  prepare(): Promise<void>;
  /** In the background after a start: compares what the engine has with the records and mends what differs. */
  mend(): Promise<void>;
}

export function wireRooms(platform: Platform): Rooms {
  const { config, database, clock } = platform;
  const attemptRates = { perAddress: config.failuresPerAddress, perName: config.failuresPerToken };
  const quotas = createQuotas({
    ...platform,
    settings: {
      meters: config.quotaMeters,
      uploadsPerDay: config.quotaUploadsPerDay,
      uploadBytesPerDay: config.quotaUploadBytesPerDay,
      renderingsPerHour: config.quotaRenderingsPerHour,
    },
  });
  const identity = createIdentity({
    ...platform,
    meterKeys,
    attemptRates,
    allowTokenInQuery: config.allowTokenInQuery,
  });
  const { confirmCaller, makeChange } = identity;
  const registry = createRegistry({
    ...platform,
    attemptRates,
    confirmCaller,
    makeChange,
    quotas,
    coverageOf: coverageOfMonth,
  });
  const reports = createReports({
    ...platform,
    reportsFolder: join(config.data, 'reports'),
    takeRendering: (organisationId) =>
      database.transaction((transaction) =>
        quotas.take(transaction, organisationId, { renderingsPerHour: 1 }),
      ),
    renewalPauseSeconds: config.reportRenewalInterval,
  });
  const { requestRenewal } = reports;
  const commerce = createCommerce({ ...platform, makeChange, requestRenewal });
  const customers = createCustomers({ ...platform, makeChange });
  const usage = createUsage({
    ...platform,
    keysOf: (meterId) => keysOfTakenPackages(database, meterId),
    makeChange,
    stageFolder: join(config.data, 'stage'),
    unpackedBytes: config.maxUnpackedSize,
    usageChanged: requestRenewal,
  });
  const intake = createIntake({
    ...platform,
    usage,
    keysOf: (meterId) => keysOfMeter(database, meterId),
    confirmCaller,
    quotas,
  });
  const backup = createBackup({
    ...platform,
    makeChange,
    directory: config.backupDir ?? join(config.data, 'backups'),
    keep: config.backupKeep,
    diskReserve: config.diskReserve,
    version: serviceVersion,
  });
  return {
    identity,
    requestRenewal,
    routes: [
      ...identity.routes,
      ...registry.routes,
      ...commerce.routes,
      ...customers.routes,
      ...quotas.routes(makeChange),
      ...intake.routes,
      ...usage.routes,
      ...reports.routes,
      ...backup.routes,
      notificationRoutes({ ...platform, makeChange }),
      pagesRoutes(platform),
    ],
    jobHandlers: {
      'usage-load': usage.load,
      'usage-rebuild': usage.rebuild,
      'reports-renew': reports.renew,
      'registration-finish': registry.finishRegistration,
      'backup-make': backup.make,
      housekeeping: () =>
        keepHouse(platform, [
          () => forgetUsedAssertions(database, clock()),
          () => forgetAnswers(database, clock()),
          quotas.forgetUse,
          reports.removeSuperseded,
        ]),
    },
    async prepare() {
      // A master key that is not the database's would show at the first token exchange only, as a fault of ours.
      await identity.signingKeys.current('access');
      await usage.prepare();
      await reports.prepare();
    },
    async mend() {
      await usage.mend();
    },
  };
}
