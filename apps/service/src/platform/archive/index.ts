export { keyPath } from './archive-key.ts';
export { durableDirectories, syncDirectory } from './durable-directories.ts';
export { openFileArchive } from './file-archive.ts';
export { type MeasuredFile, measureFile } from './measure-file.ts';
export type { Archive } from './types.ts';
export { writeDurably } from './write-durably.ts';
