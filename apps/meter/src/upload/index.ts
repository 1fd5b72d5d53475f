export { PATIENCE, type Patience, sendPackage } from './send-package.ts';
export { type SentWaiting, sendWaiting } from './send-waiting.ts';
export { type LinkOptions, openServiceLink, type ServiceLink } from './service-link.ts';
export {
  createUploader,
  type Listing,
  type Uploader,
  type UploaderOptions,
  type UploaderSettings,
  type UploadStatus,
} from './uploader.ts';
