/** Registrations, activations and meters. Registrations keep the published shapes. */
import Type, { type Static } from 'typebox';
import { AnyCaseUuid, ContractNumber, Label, nameOf } from './everywhere.ts';
import { listQuery, pageOf, type Selectors } from './lists.ts';

export const ConnectivityMode = Type.Enum(['ONLINE', 'OFFLINE']);
export type ConnectivityMode = Static<typeof ConnectivityMode>;
export const MeteringMode = Type.Enum(['PRODUCTION', 'TEST']);
export type MeteringMode = Static<typeof MeteringMode>;

const SiteName = nameOf(512);

export const AgentPath = Type.Object({ agentId: AnyCaseUuid }, { additionalProperties: false });

/** Later, a field left out means unchanged; `version` belongs to the first registration and is ignored later. */
export const RegistrationRequest = Type.Object(
  {
    agentId: AnyCaseUuid,
    label: Label,
    connectivityMode: Type.Optional(ConnectivityMode),
    meteringMode: Type.Optional(MeteringMode),
    contractNumber: Type.Optional(ContractNumber),
    siteName: Type.Optional(SiteName),
    version: Type.Optional(
      Type.String({
        maxLength: 64,
        pattern: '^[0-9]+(\\.[0-9]+)*$',
        'x-fault': 'must be numbers and dots such as 4.6',
        examples: ['4.6'],
      }),
    ),
  },
  { additionalProperties: true },
);
export type RegistrationRequest = Static<typeof RegistrationRequest>;

export const Registration = Type.Object(
  { contractNumber: ContractNumber, siteName: Type.Optional(Type.String()) },
  { additionalProperties: false },
);
export type Registration = Static<typeof Registration>;

/** The step that the header `Agent-Registration-Progress` of a 202 names. */
export const RegistrationProgress = Type.Enum(['accepted', 'changing']);
export type RegistrationProgress = Static<typeof RegistrationProgress>;

export const ActivationToken = Type.Object(
  {
    activationToken: Type.String({
      pattern: '^UMA:[A-Za-z0-9_-]{64}$',
      description: 'Works once, until `expiresAt`, for this meter alone. Shown this once.',
    }),
    expiresAt: Type.String({ examples: ['2023-01-02T05:00:00.000Z'] }),
  },
  { additionalProperties: false },
);
export type ActivationToken = Static<typeof ActivationToken>;

/**
 * The service that an activation token is of: its text is `UMA:` and base64url of the service's UUID (16 bytes) and 32 random
 * bytes, so that a meter knows what it binds itself to before it asks, and without a network.
 *
 * @returns the UUID in lower case, or undefined when the text is no activation token
 */
export function serviceOfActivationToken(token: string): string | undefined {
  const text = /^UMA:([A-Za-z0-9_-]{64})$/.exec(token)?.[1];
  if (text === undefined) return undefined;
  const hex = Buffer.from(text, 'base64url').subarray(0, 16).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export const ACTIVATION_TYPE = 'meterhouse-activation+jws';

/** The public half of a meter's key, these members and no other. */
export const MeterPublicKey = Type.Object(
  {
    kty: Type.Literal('OKP'),
    crv: Type.Literal('Ed25519'),
    x: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$', 'x-fault': 'must be 32 bytes in base64url' }),
  },
  { additionalProperties: false },
);
export type MeterPublicKey = Static<typeof MeterPublicKey>;

/**
 * What a meter signs with its new key to have it bound. The JWS is compact; its header is exactly
 * `{"alg":"EdDSA","typ":"meterhouse-activation+jws"}`; its payload is this, as JSON. Holding the token, by its digest, and
 * the key, by the signature, are proven at once, so a person may carry it from a meter that has no network.
 */
export const ActivationStatement = Type.Object(
  {
    token: Type.String({
      pattern: '^[A-Za-z0-9_-]{43}$',
      'x-fault': 'must be the SHA-256 of the activation token in base64url',
      description: "SHA-256 of the token's text, `UMA:` included, in base64url.",
    }),
    agent: AnyCaseUuid,
    service: AnyCaseUuid,
    publicKey: MeterPublicKey,
  },
  { additionalProperties: false },
);
export type ActivationStatement = Static<typeof ActivationStatement>;

export const ActivateRequest = Type.Object(
  {
    activation: Type.String({
      maxLength: 4096,
      pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$',
      'x-fault': 'must be a JWS in compact form',
      description: 'A compact JWS over an ActivationStatement.',
    }),
  },
  { additionalProperties: true },
);

/** What every package of the meter names from now on. `registration` is also its client id at the token endpoint. */
export const Activation = Type.Object(
  { service: Type.String(), organisation: Type.String(), registration: Type.String(), epoch: Type.Integer() },
  { additionalProperties: false },
);
export type Activation = Static<typeof Activation>;

/** What a meter is billed under from an hour on; `from` is left out where it reaches back without limit. */
export const Assignment = Type.Object(
  {
    from: Type.Optional(Type.String({ examples: ['2023-01-01T05:00:00Z'] })),
    meteringMode: MeteringMode,
    contractNumber: Type.Optional(Type.String()),
    siteName: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
export type Assignment = Static<typeof Assignment>;

const meterFields = {
  agentId: Type.String(),
  label: Type.String(),
  connectivityMode: ConnectivityMode,
  version: Type.Optional(Type.String()),
  registration: Type.String(),
  state: Type.Enum(['running', 'registered']),
  /** The newest, which may count only from the next hour on. */
  meteringMode: MeteringMode,
  contractNumber: Type.Optional(Type.String()),
  siteName: Type.Optional(Type.String()),
  key: Type.Optional(
    Type.Object(
      { kid: Type.String(), epoch: Type.Integer(), boundAt: Type.String() },
      { additionalProperties: false },
    ),
  ),
  sequence: Type.Integer({ description: 'Counts every change; a change must name the one it saw.' }),
  registeredAt: Type.String(),
  modifiedAt: Type.String(),
  deletedAt: Type.Optional(Type.String()),
};
export const MeterSummary = Type.Object(meterFields, { additionalProperties: false });
export type MeterSummary = Static<typeof MeterSummary>;

export const MeterDetail = Type.Object(
  { ...meterFields, assignments: Type.Array(Assignment, { description: 'Oldest first.' }) },
  { additionalProperties: false },
);
export type MeterDetail = Static<typeof MeterDetail>;

/** What the list of meters can be filtered and sorted by. */
export const meterSelectors = {
  agentId: 'uuid',
  label: 'text',
  connectivityMode: ['ONLINE', 'OFFLINE'],
  version: 'text',
  state: ['running', 'registered'],
  meteringMode: ['PRODUCTION', 'TEST'],
  contractNumber: 'text',
  siteName: 'text',
  registeredAt: 'instant',
  modifiedAt: 'instant',
} as const satisfies Selectors;
export const usualMeterSort = 'agentId';
export const MeterPageQuery = listQuery(meterSelectors, usualMeterSort);
export const MeterPage = pageOf(MeterSummary);
export type MeterPage = Static<typeof MeterPage>;
