export { keyPath } from './archive-key.ts';
export { durableDirectories, syncDirectory } from './durable-directories.ts';
export { openFileArchive } from './file-archive.ts';
export type { Archive } from './types.ts';
