export { type FileBodyOptions, fileBody } from './file-body.ts';
export { type Saved, saveDownload } from './save-download.ts';
