import {
  type AuditEntryItem,
  AuditPage,
  AuditQuery,
  AuditVerification,
  auditSelectors,
  usualAuditSort,
} from '@meterhouse/contract';
import { verifyAuditLog } from '../../platform/audit/index.ts';
import type { Caller, Routes } from '../../platform/http/index.ts';
import { createListing } from '../../platform/listing/index.ts';
import type { ManagementTools } from './tools.ts';

const path = '/api/v1/audit-log';
const tags = ['audit'];

const listing = createListing({
  selectors: auditSelectors,
  columns: {
    id: 'a.id',
    at: 'a.at',
    organisationId: 'a.organisation_id',
    actor: 'a.actor',
    action: 'a.action',
    subject: 'a.subject',
    requestId: 'a.request_id',
  },
  usualSort: usualAuditSort,
  key: 'id',
});

/** An operator who names no organisation sees the entries of all, and those of the service itself. */
const visibleTo = ({ role, organisationId, homeOrganisationId }: Caller) =>
  role === 'operator' && homeOrganisationId === undefined ? undefined : organisationId;

/** What was changed, by whom. */
export function auditRoutes({ database }: ManagementTools): Routes {
  return (app) => {
    app.get(
      path,
      {
        config: { access: 'administrator' },
        schema: {
          operationId: 'listAuditLog',
          summary: 'What was changed, by whom, newest first',
          description:
            "The organisation's own entries; for an operator those of all, or of the one that the header Meterhouse-Organisation names.",
          tags,
          querystring: AuditQuery,
          response: { 200: AuditPage },
        },
      },
      async (request) =>
        listing.page<EntryRow, AuditEntryItem>(database, request.query, {
          select: 'a.id, a.at, a.organisation_id, a.actor, a.action, a.subject, a.details, a.request_id',
          from: 'audit_log a',
          where: '$1::uuid is null or a.organisation_id = $1',
          values: [visibleTo(request.caller) ?? null],
          item: itemOf,
        }),
    );

    app.get(
      `${path}/verification`,
      {
        config: { access: 'operator' },
        schema: {
          operationId: 'verifyAuditLog',
          summary: 'Compute the chain of the whole audit log again',
          description: 'Says the first entry that was altered, removed or moved, or that there is none.',
          tags,
          response: { 200: AuditVerification },
        },
      },
      async (): Promise<AuditVerification> => verifyAuditLog(database),
    );
  };
}

interface EntryRow {
  id: string;
  at: Date;
  organisation_id: string | null;
  actor: string;
  action: string;
  subject: string;
  details: Record<string, unknown>;
  request_id: string | null;
}

function itemOf(row: EntryRow): AuditEntryItem {
  return {
    id: row.id,
    at: row.at.toISOString(),
    ...(row.organisation_id === null ? {} : { organisationId: row.organisation_id }),
    actor: row.actor,
    action: row.action,
    subject: row.subject,
    details: row.details,
    ...(row.request_id === null ? {} : { requestId: row.request_id }),
  };
}
