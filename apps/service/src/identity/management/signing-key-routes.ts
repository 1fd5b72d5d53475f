import {
  type ListQuery,
  SigningKeyItem,
  SigningKeyPage,
  SigningKeyPath,
  SigningKeyQuery,
  signingKeySelectors,
  usualSigningKeySort,
} from '@meterhouse/contract';
import type { Queryable } from '../../platform/database/types.ts';
import type { Routes } from '../../platform/http/index.ts';
import { createListing } from '../../platform/listing/index.ts';
import { accessTokenSeconds, type KeyPurpose, type SigningKeys } from '../signing-keys.ts';
import type { ManagementTools } from './tools.ts';

const path = '/api/v1/signing-keys';
const tags = ['operation'];

/** The keys that the service signs with, for operators. Private parts are never told. */
export function signingKeyRoutes({
  database,
  makeChange,
  signingKeys,
}: ManagementTools & { readonly signingKeys: SigningKeys }): Routes {
  return (app) => {
    app.get(
      path,
      {
        config: { access: 'operator' },
        schema: {
          operationId: 'listSigningKeys',
          summary: 'The signing keys of the service, in force and retired',
          tags,
          querystring: SigningKeyQuery,
          response: { 200: SigningKeyPage },
        },
      },
      async (request) => listSigningKeys(database, request.query),
    );

    app.post(
      `${path}/:purpose/rotate`,
      {
        config: { access: 'operator', body: 'none' },
        schema: {
          operationId: 'rotateSigningKey',
          summary: 'Put a new signing key in force',
          description:
            'A retired access key stays in /.well-known/jwks.json for as long as a token that it signed can live, a report key for ever.',
          tags,
          params: SigningKeyPath,
          response: { 201: SigningKeyItem },
        },
      },
      async (request, reply) =>
        makeChange(request, reply, async (transaction, { actor, requestId }) => {
          const kid = await signingKeys.rotateIn(transaction, request.params.purpose, { actor, requestId });
          const { items } = await listSigningKeys(transaction, { filter: `kid==${kid}` });
          return { status: 201, body: items[0]! };
        }),
    );
  };
}

const listing = createListing({
  selectors: signingKeySelectors,
  columns: { kid: 'k.kid', purpose: 'k.purpose', createdAt: 'k.created_at', retiredAt: 'k.retired_at' },
  usualSort: usualSigningKeySort,
  key: 'kid',
});

function listSigningKeys(on: Queryable, query: ListQuery) {
  return listing.page<KeyRow, SigningKeyItem>(on, query, {
    select: 'k.kid, k.purpose, k.algorithm, k.public_jwk, k.created_at, k.retired_at',
    from: 'signing_keys k',
    where: 'true',
    values: [],
    item: itemOf,
  });
}

interface KeyRow {
  kid: string;
  purpose: KeyPurpose;
  algorithm: string;
  public_jwk: { kty: string };
  created_at: Date;
  retired_at: Date | null;
}

function itemOf({ kid, purpose, algorithm, public_jwk, created_at, retired_at }: KeyRow): SigningKeyItem {
  const until = retired_at && new Date(retired_at.getTime() + accessTokenSeconds * 1000);
  return {
    kid,
    purpose,
    algorithm,
    publicJwk: public_jwk,
    createdAt: created_at.toISOString(),
    ...(retired_at === null ? {} : { retiredAt: retired_at.toISOString() }),
    ...(until === null || purpose !== 'access' ? {} : { verifiesUntil: until.toISOString() }),
  };
}
