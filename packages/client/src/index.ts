export type { AccessTokenSource, HeldToken, Secret } from './calls/access-tokens.ts';
export type { Body, BodySource } from './calls/body.ts';
export type { Fetch, FetchOptions } from './calls/raw-fetch.ts';
export type { Request } from './calls/request.ts';
export { type RepeatOptions, type Retry, type RetryPolicy, withRetries } from './calls/retry.ts';
export { type Client, type ClientOptions, createClient } from './client.ts';
export type { Download } from './download/open-download.ts';
export {
  ChecksumError,
  ConnectionError,
  type Fault,
  MeterhouseError,
  ProblemError,
  TokenError,
} from './errors.ts';
export type { paths } from './generated/api.ts';
export type { Listing, Page } from './listing.ts';
export type { Month } from './month.ts';
export type { Collection, Listed } from './resources/collections.ts';
export type { Coverage, Coverages } from './resources/coverages.ts';
export type {
  ActivationToken,
  Meter,
  MeterItem,
  Meters,
  Registered,
  RegisterOptions,
  Registration,
  RegistrationRequest,
} from './resources/meters.ts';
export type {
  DownloadOptions,
  ListedMonth,
  MonthReports,
  Rendition,
  ReportEntry,
  Reports,
} from './resources/reports.ts';
export type { SendOptions, Sent, Upload, UploadItem, Uploads } from './resources/uploads.ts';
export type {
  Answer,
  CallOptions,
  Data,
  ItemOf,
  Method,
  PathOf,
  QueryOf,
  RequestBody,
  RequestOptions,
} from './wire.ts';
