/** How much an organisation may use, and what it has used (2-wire-api, Everywhere). */
import Type, { type Static } from 'typebox';
import { AnyCaseUuid, strict, Timestamp } from './everywhere.ts';

const amount = (description: string, example: number) =>
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description, examples: [example] });

/** Each quota and what it counts. */
export const QUOTAS = {
  meters: 'Meters that are not deleted.',
  uploadsPerDay: 'Packages recorded in a day, UTC, also those refused for their content.',
  uploadBytesPerDay: 'Bytes of those packages as they were sent.',
  renderingsPerHour: 'Reports made on request in an hour, UTC, such as other forms of a report.',
} as const;
export type QuotaName = keyof typeof QUOTAS;
export const QUOTA_NAMES = Object.keys(QUOTAS) as QuotaName[];

export const QuotaUse = Type.Object(
  {
    quota: Type.Enum(QUOTA_NAMES),
    limit: amount('The most that there may be.', 1000),
    used: amount('What there is now, or was used in the running period.', 12),
    resetsAt: Type.Optional(Timestamp),
  },
  strict,
);
export type QuotaUse = Static<typeof QuotaUse>;
export const QuotaUses = Type.Object({ items: Type.Array(QuotaUse) }, strict);
export type QuotaUses = Static<typeof QuotaUses>;

const limitOrNone = (quota: QuotaName) =>
  Type.Optional(
    Type.Union([amount(QUOTAS[quota], 1000), Type.Null()], {
      description: `${QUOTAS[quota]} Null: what the service is set to.`,
    }),
  );
/** What may be set of each. */
export const quotaLimits = {
  meters: limitOrNone('meters'),
  uploadsPerDay: limitOrNone('uploadsPerDay'),
  uploadBytesPerDay: limitOrNone('uploadBytesPerDay'),
  renderingsPerHour: limitOrNone('renderingsPerHour'),
};

/** Sequence 0: nothing was ever set for this organisation. */
const FromZero = Type.Integer({
  minimum: 0,
  maximum: 999_999_999,
  description: 'Counts every change, 0 before the first; a change must name the one it saw.',
  examples: [0],
});

/** What is set for one organisation. A quota left out, or null, is what the service is set to. */
export const QuotaSettings = Type.Object({ sequence: FromZero, ...quotaLimits }, strict);
export type QuotaSettings = Static<typeof QuotaSettings>;

export const OrganisationQuotas = Type.Object(
  { organisationId: AnyCaseUuid, sequence: FromZero, ...quotaLimits, items: Type.Array(QuotaUse) },
  strict,
);
export type OrganisationQuotas = Static<typeof OrganisationQuotas>;
