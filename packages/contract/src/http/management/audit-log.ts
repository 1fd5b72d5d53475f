/** The audit log: what was changed, by whom. */
import Type, { type Static } from 'typebox';
import { AnyCaseUuid, shown, strict, Timestamp } from '../everywhere.ts';
import { listQuery, pageOf, type Selectors } from '../lists.ts';

export const AuditEntryItem = Type.Object(
  {
    id: Type.String({ description: 'Counts up; a number as text.', examples: ['42'] }),
    at: Timestamp,
    organisationId: Type.Optional(AnyCaseUuid),
    actor: Type.String({ examples: ['token:88531d1c-296e-4b47-8431-c0e8182148e7'] }),
    action: Type.String({ examples: ['meter-registered'] }),
    subject: Type.String({ examples: ['meter:88531d1c-296e-4b47-8431-c0e8182148e7'] }),
    details: Type.Record(Type.String(), Type.Unknown()),
    requestId: Type.Optional(Type.String()),
  },
  strict,
);
export type AuditEntryItem = Static<typeof AuditEntryItem>;

export const auditSelectors = {
  id: 'integer',
  at: 'instant',
  organisationId: 'uuid',
  actor: 'text',
  action: 'text',
  subject: 'text',
  requestId: 'text',
} as const satisfies Selectors;
export const usualAuditSort = '-id';
export const AuditQuery = listQuery(auditSelectors, usualAuditSort);
export const AuditPage = pageOf(AuditEntryItem);

export const AuditVerification = Type.Object(
  {
    intact: Type.Boolean({ examples: [true] }),
    entries: Type.Integer({ description: 'How many fit.', examples: [42] }),
    head: Type.Optional(Type.String({ description: 'The digest of the last entry, hex, when all fit.' })),
    brokenAt: Type.Optional(
      Type.Object(
        { id: shown('42'), reason: shown('The entry was changed.') },
        { ...strict, description: 'The first entry that does not fit.' },
      ),
    ),
  },
  strict,
);
export type AuditVerification = Static<typeof AuditVerification>;
