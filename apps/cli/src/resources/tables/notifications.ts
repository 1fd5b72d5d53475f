import type { NotificationItem } from '@meterhouse/contract';
import type { Resource } from '../resource.ts';

export const notifications: Resource<NotificationItem> = {
  name: 'notifications',
  one: 'notification',
  about: 'What the people of your organisation should know of, such as a meter that has another key.',
  path: '/api/v1/notifications',
  id: { argument: 'notification', words: 'its UUID', of: ({ id }) => id },
  such: { filter: 'state==unread', sort: '-createdAt' },
  columns: [
    { name: 'id', title: 'Notification' },
    { name: 'createdAt', title: 'At' },
    { name: 'message' },
    { name: 'readAt', title: 'Read' },
    { name: 'kind', extra: true },
    { name: 'subject', extra: true },
  ],
  words: { list: 'Lists the notifications, the newest first.' },
  examples: { list: ['notifications list', 'notifications list --filter state==unread'] },
  empty: 'There is no notification.',
};
