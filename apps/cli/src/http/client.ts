import { type BodySource, type ClientOptions, createClient as createSdk } from '@meterhouse/client';
import { namingOrganisation } from './name-organisation.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Call {
  readonly method?: Method;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly body?: BodySource;
  /** No access token is sent. */
  readonly anonymous?: boolean;
}

export interface Client {
  readonly server: string;
  /** The answer as it comes. @throws ProblemError for any status of 400 and above; ConnectionError, TokenError */
  send(path: string, call?: Call): Promise<Response>;
  /** The JSON of the answer; undefined when it has no body. The caller names the contract's type. */
  json<T>(path: string, call?: Call): Promise<T>;
}

type Caller = Pick<ClientOptions, 'apiToken' | 'accessToken' | 'organisation'>;

/**
 * The SDK as the commands use it. A call that fails is told at once, since a person may be waiting; what is to be patient is
 * wrapped into the SDK's `withRetries`.
 */
export function createClient(server: string, caller: Caller = {}): Client {
  const sdk = createSdk({
    url: server,
    userAgent: 'meterhouse-cli',
    retry: false,
    ...caller,
  } as ClientOptions);

  async function send(path: string, { json, headers, body, ...call }: Call = {}): Promise<Response> {
    return sdk
      .fetch(path, {
        ...call,
        headers: {
          accept: 'application/json',
          // Files come as they are kept: fetch would unpack what is packed for the way.
          'accept-encoding': 'identity',
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: json === undefined ? body : JSON.stringify(json),
      })
      .catch((error: unknown) => {
        throw caller.organisation === undefined ? error : namingOrganisation(error, caller.organisation);
      });
  }

  return {
    server,
    send,
    async json<T>(path: string, call?: Call): Promise<T> {
      const text = await (await send(path, call)).text();
      return (text === '' ? undefined : JSON.parse(text)) as T;
    },
  };
}
