export { openFileArchive } from './file-archive.ts';
export type { Archive } from './types.ts';
