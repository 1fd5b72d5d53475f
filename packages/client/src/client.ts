import {
  type AccessTokenSource,
  type Secret,
  tokensOfApiToken,
  tokensOfSource,
} from './calls/access-tokens.ts';
import { createFetch, type Fetch } from './calls/raw-fetch.ts';
import { createSend, type Request } from './calls/request.ts';
import { type Retry, type RetryPolicy, usualRetries } from './calls/retry.ts';
import { createTransport, type TransportOptions } from './calls/transport.ts';
import { type Collections, createCollections } from './resources/collections.ts';
import { type Coverages, createCoverages } from './resources/coverages.ts';
import { createMeters, type Meters } from './resources/meters.ts';
import { createReports, type Reports } from './resources/reports.ts';
import { createUploads, type Uploads } from './resources/uploads.ts';

/** Where the service is: one address, or the two of the vendor's service. */
type Addresses =
  | { readonly url: string | URL; readonly gatewayUrl?: undefined; readonly usageUrl?: undefined }
  | {
      readonly url?: undefined;
      /** Where API tokens are exchanged: the base before `/csp/gateway/…`. */
      readonly gatewayUrl: string | URL;
      /** The base of everything else: before `/usage/api/v1/…`. */
      readonly usageUrl: string | URL;
    };

/** Who calls. */
type Credentials =
  | {
      /** The API token (refresh token), or what reads it. Access tokens are fetched and renewed with it. */
      readonly apiToken: Secret;
      readonly accessToken?: undefined;
    }
  | {
      /** An access token, or what gives one with its end; for meters, which sign in with their key. */
      readonly accessToken: AccessTokenSource;
      readonly apiToken?: undefined;
    }
  | { readonly apiToken?: undefined; readonly accessToken?: undefined };

export type ClientOptions = Addresses &
  Credentials & {
    /** For operators: act in this organisation, by its id or name. */
    readonly organisation?: string | undefined;
    /** Milliseconds for a call with all its attempts, 60,000 by itself. Uploads and downloads have no such end of their own. */
    readonly timeout?: number | undefined;
    /** How often, how long apart; `false`: never. */
    readonly retry?: Partial<RetryPolicy> | false | undefined;
    /** Told before each pause, for logs. */
    readonly onRetry?: ((retry: Retry) => void) | undefined;
    /** Names the program in the service's log. Node only: browsers name themselves. */
    readonly userAgent?: string | undefined;
    /** Another fetch, for proxies and certificates of one's own. */
    readonly fetch?: typeof fetch | undefined;
  };

export interface Client extends Collections {
  /** Any call of the OpenAPI document. */
  readonly request: Request;
  /** Any call, with the answer as it comes: for streams, and for paths that the document does not know. */
  readonly fetch: Fetch;
  readonly reports: Reports;
  readonly meters: Meters;
  readonly uploads: Uploads;
  readonly coverages: Coverages;
  /** An access token that is good for a minute at least, for calls that are made by other means. */
  accessToken(): Promise<string>;
}

/**
 * A client of a Meterhouse service, or of the vendor's for the calls that exist there. It holds no connection: there is
 * nothing to close.
 *
 * @example const client = createClient({ url: 'https://meterhouse.example', apiToken: () => readToken() });
 * @throws TypeError when an address is none
 */
export function createClient(options: ClientOptions): Client {
  const usage = baseOf(options.usageUrl ?? options.url, options.usageUrl ? 'usageUrl' : 'url');
  const gateway = baseOf(options.gatewayUrl ?? options.url, options.gatewayUrl ? 'gatewayUrl' : 'url');
  const wire: Omit<TransportOptions, 'headers'> = {
    addressOf: (path) => (path.startsWith('/csp/') ? gateway : usage) + path,
    // Looked up at each call, so that what replaces the global one later counts.
    fetch: options.fetch ?? ((...call) => fetch(...call)),
    retry: { ...usualRetries, ...(options.retry === false ? { attempts: 1 } : options.retry) },
    onRetry: options.onRetry,
  };
  const agent: Record<string, string> =
    options.userAgent === undefined ? {} : { 'user-agent': options.userAgent };
  const { organisation } = options;
  const headers = organisation === undefined ? agent : { ...agent, 'meterhouse-organisation': organisation };
  const { apiToken, accessToken } = options;
  const tokens =
    apiToken !== undefined
      ? tokensOfApiToken(apiToken, createTransport({ ...wire, headers: agent }, undefined))
      : accessToken !== undefined
        ? tokensOfSource(accessToken)
        : undefined;
  const transport = createTransport({ ...wire, headers }, tokens);
  const send = createSend(transport, options.timeout ?? 60_000);
  return {
    ...createCollections(send),
    request: send as Request,
    fetch: createFetch(transport, wire.addressOf),
    reports: createReports(send, transport, wire.retry),
    meters: createMeters(send),
    uploads: createUploads(send, transport),
    coverages: createCoverages(send),
    async accessToken() {
      if (tokens === undefined) throw new TypeError('This client was made without a token.');
      return tokens.get();
    },
  };
}

/** An address without its last slash, so that paths can be put behind it; it may have a path of its own. */
function baseOf(address: string | URL | undefined, name: string): string {
  const text = String(address ?? '');
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new TypeError(`${name}: "${text}" is no address; write one such as https://meterhouse.example`);
  const url = new URL(text);
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
