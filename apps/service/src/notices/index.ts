export { type NoticesOptions, notificationRoutes } from './notification-routes.ts';
export { type Notice, notify } from './notify.ts';
