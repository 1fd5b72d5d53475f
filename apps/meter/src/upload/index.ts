export type { Patience } from './send-package.ts';
export {
  createUploader,
  type Listing,
  type Uploader,
  type UploaderOptions,
  type UploaderSettings,
  type UploadStatus,
} from './uploader.ts';
