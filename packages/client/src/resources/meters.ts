import { pause } from '../calls/deadline.ts';
import type { Send } from '../calls/request.ts';
import { ConnectionError } from '../errors.ts';
import { createListing, type Listing } from '../listing.ts';
import type { CallOptions, Data, ItemOf, QueryOf, RequestBody } from '../wire.ts';

const METERS = '/api/v1/meters';
const METER = '/api/v1/meters/{agentId}';
const UNDELETE = '/api/v1/meters/{agentId}/undelete';
const REGISTRATIONS = '/usage/api/v1/agent-registrations';
const REGISTRATION = '/usage/api/v1/agent-registrations/{agentId}';
const ACTIVATION_TOKEN = '/usage/api/v1/agents/{agentId}/activation-token';

export type Meter = Data<'GET', typeof METER>;
export type MeterItem = ItemOf<typeof METERS>;
export type RegistrationRequest = RequestBody<'POST', typeof REGISTRATIONS>;
export type ActivationToken = Data<'POST', typeof ACTIVATION_TOKEN>;

/** `running`: ask again. `trial`: registered without a contract. */
export type Registration =
  | { readonly state: 'registered'; readonly contractNumber: string; readonly siteName?: string }
  | { readonly state: 'trial' }
  | { readonly state: 'running'; readonly progress: string | undefined };

/** What registering gave; `changed` is false when all was so already. */
export type Registered = Registration & { readonly changed: boolean };

export interface RegisterOptions extends CallOptions {
  /** Milliseconds to wait for the registration to be through, 60,000 by itself; 0: do not wait. */
  readonly patience?: number | undefined;
  /** Milliseconds between two looks. */
  readonly interval?: number | undefined;
}

export interface Meters {
  /** All meters, page by page as they are read. */
  list(query?: QueryOf<typeof METERS>, options?: CallOptions): Listing<MeterItem>;
  get(agentId: string, options?: CallOptions): Promise<Meter>;
  /** Is this meter registered, and under what? @throws ProblemError 404 when it is not */
  registration(agentId: string, options?: CallOptions): Promise<Registration>;
  /**
   * Registers a meter or changes its registration, and waits until that is through. What is left out stays as it is.
   * @throws ConnectionError `timeout` when it is still running after `patience`
   */
  register(request: RegistrationRequest, options?: RegisterOptions): Promise<Registered>;
  /** The token that binds a key to a meter. It is shown this once. */
  createActivationToken(agentId: string, options?: CallOptions): Promise<ActivationToken>;
  /** Changes the named fields. `sequence` is that of the meter as it was seen. */
  change(agentId: string, body: RequestBody<'PATCH', typeof METER>, options?: CallOptions): Promise<Meter>;
  /** @param sequence that of the meter as it was seen; another one now is a ProblemError `sequence-conflict` */
  delete(agentId: string, sequence: number, options?: CallOptions): Promise<Meter>;
  undelete(agentId: string, sequence: number, options?: CallOptions): Promise<Meter>;
}

export function createMeters(send: Send): Meters {
  async function registration(agentId: string, options?: CallOptions): Promise<Registration> {
    const { status, data, headers } = await send('GET', REGISTRATION, { ...options, path: { agentId } });
    if (status === 202)
      return { state: 'running', progress: headers.get('agent-registration-progress') ?? undefined };
    if (status === 204) return { state: 'trial' };
    return { state: 'registered', ...(data as Data<'GET', typeof REGISTRATION> & object) };
  }

  return {
    list: (query, options) => createListing<MeterItem>(send, METERS, { ...options, query }),
    async get(agentId, options) {
      return (await send('GET', METER, { ...options, path: { agentId } })).data as Meter;
    },
    registration,
    async register(request, { patience = 60_000, interval = 250, ...options } = {}) {
      // Asking for the same state twice is answered with "nothing to do", so it may be repeated.
      const { status } = await send('POST', REGISTRATIONS, { ...options, body: request, repeatable: true });
      const changed = status === 202;
      const end = Date.now() + patience;
      for (;;) {
        const now = await registration(request.agentId, options);
        if (now.state !== 'running' || patience === 0) return { ...now, changed };
        if (Date.now() >= end)
          throw new ConnectionError(
            `The registration of ${request.agentId} runs still after ${patience} ms`,
            {
              code: 'timeout',
              method: 'POST',
              url: REGISTRATIONS,
            },
          );
        await pause(interval, options.signal);
      }
    },
    async createActivationToken(agentId, options) {
      return (await send('POST', ACTIVATION_TOKEN, { ...options, path: { agentId } }))
        .data as ActivationToken;
    },
    async change(agentId, body, options) {
      return (await send('PATCH', METER, { ...options, path: { agentId }, body })).data as Meter;
    },
    async delete(agentId, sequence, options) {
      const { data } = await send('DELETE', METER, { ...options, path: { agentId }, query: { sequence } });
      return data as Meter;
    },
    async undelete(agentId, sequence, options) {
      const { data } = await send('POST', UNDELETE, { ...options, path: { agentId }, body: { sequence } });
      return data as Meter;
    },
  };
}
