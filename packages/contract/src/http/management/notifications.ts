/** What the people of an organisation should know of. */
import Type, { type Static } from 'typebox';
import { AnyCaseUuid, strict, Timestamp } from '../everywhere.ts';
import { listQuery, pageOf, type Selectors } from '../lists.ts';

export const NotificationPath = Type.Object({ notificationId: AnyCaseUuid }, strict);

export const NotificationItem = Type.Object(
  {
    id: AnyCaseUuid,
    kind: Type.String({ description: 'Stable; compare this one.', examples: ['meter-key-replaced'] }),
    subject: Type.String({
      description: 'What it is about, as the audit log names it.',
      examples: ['meter:88531d1c-296e-4b47-8431-c0e8182148e7'],
    }),
    message: Type.String({ examples: ['The meter um46 has another key.'] }),
    createdAt: Timestamp,
    readAt: Type.Optional(Timestamp),
  },
  strict,
);
export type NotificationItem = Static<typeof NotificationItem>;

export const notificationSelectors = {
  id: 'uuid',
  kind: 'text',
  subject: 'text',
  state: ['unread', 'read'],
  createdAt: 'instant',
  readAt: 'instant',
} as const satisfies Selectors;
export const usualNotificationSort = '-createdAt';
export const NotificationQuery = listQuery(notificationSelectors, usualNotificationSort);
export const NotificationPage = pageOf(NotificationItem);
