export { makeCollection } from './postman/index.ts';
export { type PagesOptions, pagesRoutes } from './routes.ts';
