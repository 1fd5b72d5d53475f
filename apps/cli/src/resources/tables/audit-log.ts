import type { AuditEntryItem } from '@meterhouse/contract';
import type { Resource } from '../resource.ts';

export const auditLog: Resource<AuditEntryItem> = {
  name: 'audit-log',
  one: 'entry',
  about:
    'What was changed, by whom. Each entry carries the digest of the one before, so that one which is altered shows.',
  path: '/api/v1/audit-log',
  id: { argument: 'id', words: 'its number', of: ({ id }) => id },
  such: { filter: "'action==meter-*'", sort: '-at' },
  columns: [
    { name: 'id', title: 'Entry', right: true },
    { name: 'at' },
    { name: 'action' },
    { name: 'subject' },
    { name: 'actor' },
    { name: 'details', of: ({ details }) => JSON.stringify(details), extra: true },
    { name: 'organisationId', title: 'Organisation', extra: true },
    { name: 'requestId', title: 'Request', extra: true },
  ],
  words: { list: 'Lists what was changed, the newest first. It is long: --limit and --filter choose.' },
  examples: {
    list: [
      'audit-log list --limit 20',
      "audit-log list --filter 'action==meter-*;at=ge=2023-01-01T00:00:00Z' --csv",
    ],
  },
  empty: 'Nothing was changed.',
};
