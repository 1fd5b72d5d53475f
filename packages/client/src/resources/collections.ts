import type { Send } from '../calls/request.ts';
import { createListing, type Listing } from '../listing.ts';
import type { CallOptions, Data, ItemOf, PathOf, QueryOf, RequestBody } from '../wire.ts';
import { asks, tells } from './named-call.ts';

type None = Record<never, never>;

/** Things that can be listed. */
export interface Listed<L extends PathOf<'GET'>> {
  /** All that match, page by page as they are read. */
  list(query?: QueryOf<L>, options?: CallOptions): Listing<ItemOf<L>>;
}

/** Things of one kind, with the calls that the document knows for them: at `L` all of them, at `I` one by its id. */
export type Collection<L extends PathOf<'GET'>, I extends PathOf<'GET'>> = Listed<L> & {
  get(id: string, options?: CallOptions): Promise<Data<'GET', I>>;
} & (L extends PathOf<'POST'>
    ? { create(body: RequestBody<'POST', L>, options?: CallOptions): Promise<Data<'POST', L>> }
    : None) &
  (I extends PathOf<'PATCH'>
    ? {
        /** Changes the named fields. `sequence` is that of the thing as it was seen. */
        change(id: string, body: RequestBody<'PATCH', I>, options?: CallOptions): Promise<Data<'PATCH', I>>;
      }
    : None) &
  (I extends PathOf<'DELETE'>
    ? {
        /** @param sequence that of the thing as it was seen; another one now is a ProblemError `sequence-conflict` */
        delete(id: string, sequence: number, options?: CallOptions): Promise<Data<'DELETE', I>>;
      }
    : None);

/** @param fixed the parameters of the path before the id */
function collection<L extends PathOf<'GET'>, I extends PathOf<'GET'>>(
  send: Send,
  all: L,
  one: I,
  fixed: Readonly<Record<string, string>> = {},
): Collection<L, I> {
  const idName = /\{(\w+)\}$/.exec(one)![1]!;
  const at = (id: string) => ({ ...fixed, [idName]: id });
  const data = async (method: string, path: string, options: Parameters<Send>[2]) =>
    (await send(method, path, options)).data;
  const calls = {
    ...listed(send, all, fixed),
    get: (id: string, options?: CallOptions) => data('GET', one, { ...options, path: at(id) }),
    create: (body: unknown, options?: CallOptions) => data('POST', all, { ...options, path: fixed, body }),
    change: (id: string, body: unknown, options?: CallOptions) =>
      data('PATCH', one, { ...options, path: at(id), body }),
    delete: (id: string, sequence: number, options?: CallOptions) =>
      data('DELETE', one, { ...options, path: at(id), query: { sequence } }),
  };
  return calls as unknown as Collection<L, I>;
}

function listed<L extends PathOf<'GET'>>(
  send: Send,
  path: L,
  fixed: Readonly<Record<string, string>> = {},
): Listed<L> {
  return { list: (query, options) => createListing(send, path, { ...options, path: fixed, query }) };
}

export type Collections = ReturnType<typeof createCollections>;

/** Everything of the management API that is listed, shown and changed in the same way. */
export function createCollections(send: Send) {
  return {
    organisations: collection(send, '/api/v1/organisations', '/api/v1/organisations/{organisationId}'),
    people: collection(send, '/api/v1/people', '/api/v1/people/{personId}'),
    apiTokens: {
      ...collection(send, '/api/v1/api-tokens', '/api/v1/api-tokens/{tokenId}'),
      /** A new value, shown this once; the old one goes on working for `graceSeconds`. */
      rotate: tells(send, 'POST', '/api/v1/api-tokens/{tokenId}/rotate'),
    },
    contracts: collection(send, '/api/v1/contracts', '/api/v1/contracts/{number}'),
    /** The sites of a contract. */
    sites: (number: string) =>
      collection(send, '/api/v1/contracts/{number}/sites', '/api/v1/contracts/{number}/sites/{siteId}', {
        number,
      }),
    customers: collection(send, '/api/v1/customers', '/api/v1/customers/{customerId}'),
    customerRules: collection(send, '/api/v1/customer-rules', '/api/v1/customer-rules/{ruleId}'),
    months: collection(send, '/api/v1/months', '/api/v1/months/{month}'),
    signingKeys: {
      ...listed(send, '/api/v1/signing-keys'),
      /** For operators: puts a new key in force, for `access` or `report`. */
      rotate: asks(send, 'POST', '/api/v1/signing-keys/{purpose}/rotate'),
    },
    quotas: {
      /** What the caller's organisation may use, and has used. */
      get: asks(send, 'GET', '/api/v1/quotas'),
      /** For operators: those of an organisation. */
      of: asks(send, 'GET', '/api/v1/organisations/{organisationId}/quotas'),
      /** For operators: sets them; null is what the service is set to. */
      set: tells(send, 'PUT', '/api/v1/organisations/{organisationId}/quotas'),
    },
    backups: {
      list: asks(send, 'GET', '/api/v1/backups'),
      get: asks(send, 'GET', '/api/v1/backups/{backupId}'),
      /** Answers when it has begun; `get` says how far it is. */
      create: asks(send, 'POST', '/api/v1/backups'),
    },
    rebuilds: {
      get: asks(send, 'GET', '/api/v1/rebuilds/{rebuildId}'),
      /** Answers when it has begun; `get` says how far it is. */
      start: asks(send, 'POST', '/api/v1/rebuilds'),
    },
    auditLog: listed(send, '/api/v1/audit-log'),
    notifications: listed(send, '/api/v1/notifications'),
  };
}
