import {
  NotificationItem,
  NotificationPage,
  NotificationPath,
  NotificationQuery,
  notificationSelectors,
  Problem,
  usualNotificationSort,
} from '@meterhouse/contract';
import type { RecordChange } from '../platform/audit/types.ts';
import type { MakeChange } from '../platform/changes/index.ts';
import type { Database } from '../platform/database/types.ts';
import type { Routes } from '../platform/http/index.ts';
import { createListing } from '../platform/listing/index.ts';

const path = '/api/v1/notifications';
const tags = ['notifications'];

const listing = createListing({
  selectors: notificationSelectors,
  columns: {
    id: 'n.id',
    kind: 'n.kind',
    subject: 'n.subject',
    state: "case when n.read_at is null then 'unread' else 'read' end",
    createdAt: 'n.created_at',
    readAt: 'n.read_at',
  },
  usualSort: usualNotificationSort,
  key: 'id',
});

export interface NoticesOptions {
  readonly database: Database;
  readonly makeChange: MakeChange;
  readonly recordChange: RecordChange;
  readonly clock: () => Date;
}

/** What the people of the organisation should know of. One reads for all. */
export function notificationRoutes({ database, makeChange, recordChange, clock }: NoticesOptions): Routes {
  return (app) => {
    app.get(
      path,
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'listNotifications',
          summary: 'What the people of the organisation should know of, newest first',
          tags,
          querystring: NotificationQuery,
          response: { 200: NotificationPage },
        },
      },
      async (request) =>
        listing.page<NotificationRow, NotificationItem>(database, request.query, {
          select: 'n.*',
          from: 'notifications n',
          where: 'n.organisation_id = $1',
          values: [request.caller.organisationId],
          item: itemOf,
        }),
    );

    app.post(
      `${path}/:notificationId/read`,
      {
        config: { access: 'reporter', body: 'none' },
        schema: {
          operationId: 'readNotification',
          summary: 'Mark a notification as read, for everybody in the organisation',
          description: 'One that was read before stays as it is.',
          tags,
          params: NotificationPath,
          response: { 200: NotificationItem },
        },
      },
      async (request, reply) =>
        makeChange(request, reply, async (transaction, author) => {
          const values = [author.organisationId, request.params.notificationId];
          const [before] = await transaction.query<NotificationRow>(
            'select * from notifications where organisation_id = $1 and id = $2 for update',
            values,
          );
          if (before === undefined)
            throw new Problem('not-found', { detail: 'Your organisation has no such notification.' });
          if (before.read_at !== null) return { body: itemOf(before) };
          const [read] = await transaction.query<NotificationRow>(
            `update notifications set read_at = $3, read_by = $4 where organisation_id = $1 and id = $2
             returning *`,
            [...values, clock(), author.actor],
          );
          await recordChange(transaction, {
            ...author,
            action: 'notification-read',
            subject: `notification:${before.id}`,
            details: { kind: before.kind },
          });
          return { body: itemOf(read!) };
        }),
    );
  };
}

interface NotificationRow {
  id: string;
  kind: string;
  subject: string;
  message: string;
  created_at: Date;
  read_at: Date | null;
}

function itemOf({ id, kind, subject, message, created_at, read_at }: NotificationRow): NotificationItem {
  return {
    id,
    kind,
    subject,
    message,
    createdAt: created_at.toISOString(),
    ...(read_at === null ? {} : { readAt: read_at.toISOString() }),
  };
}
