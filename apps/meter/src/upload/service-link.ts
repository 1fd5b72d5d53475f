import { type Client, createClient } from '@meterhouse/client';
import { type Dispatcher, fetch } from 'undici';
import { type ActivatedMeter, AGENT_VERSION } from '../identity/index.ts';
import { openConnections, signIn } from '../sign-in/index.ts';

export interface LinkOptions {
  readonly meter: ActivatedMeter;
  /** Base address of the service. */
  readonly service: string;
  /** PEM file of an authority that is trusted beside the usual ones. */
  readonly caFile: string | undefined;
  /** Told at each sign-in: our clock minus the service's, seconds. */
  readonly onSkew: (seconds: number) => void;
  readonly serviceNow?: (() => number) | undefined;
}

/** The way to the service: a client that signs in with the meter's key, and connections that trust what they should. */
export interface ServiceLink {
  readonly client: Client;
  /** Its connections, for calls that the client does not make. */
  readonly dispatcher: Dispatcher;
  close(): Promise<void>;
}

/** Milliseconds, for each of the two calls of a sign-in. */
const SIGN_IN_MS = 60_000;

/** @throws what the file system says of the authority's file */
export async function openServiceLink(options: LinkOptions): Promise<ServiceLink> {
  const { meter, service, caFile, onSkew, serviceNow } = options;
  // The time that an answer may take is the sender's to decide: it knows what it waits for.
  const dispatcher = await openConnections(caFile, { headersTimeout: 0, bodyTimeout: SIGN_IN_MS });
  const call: typeof fetch = (address, init) => fetch(address, { ...init, dispatcher });
  const client = createClient({
    url: service,
    // A failed call is the uploader's to make again: it knows a clock, a shutdown and the order of the chain.
    retry: false,
    userAgent: `meterhouse-meter/${AGENT_VERSION}`,
    fetch: call as unknown as typeof globalThis.fetch,
    accessToken: async () => {
      const token = await signIn(meter, service, {
        fetch: (address, init) => call(address, { ...init, signal: AbortSignal.timeout(SIGN_IN_MS) }),
        ...(serviceNow && { serviceNow }),
      });
      if (token.skewSeconds !== undefined) onSkew(token.skewSeconds);
      return token;
    },
  });
  return { client, dispatcher, close: () => dispatcher.destroy() };
}
