/** Registrations, activations and meters. Registrations keep the published shapes. */
import Type, { type Static } from 'typebox';
import { AnyCaseUuid, ContractNumber, Label, nameOf, shown, Timestamp } from './everywhere.ts';
import { listQuery, pageOf, type Selectors, Sequence } from './lists.ts';

export const ConnectivityMode = Type.Enum(['ONLINE', 'OFFLINE']);
export type ConnectivityMode = Static<typeof ConnectivityMode>;
export const MeteringMode = Type.Enum(['PRODUCTION', 'TEST']);
export type MeteringMode = Static<typeof MeteringMode>;

const SiteName = nameOf(512, 'Site A');

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
  { contractNumber: ContractNumber, siteName: Type.Optional(shown('Site A')) },
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
      examples: [`UMA:${'Zq8fB3xK'.repeat(8)}`],
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
    x: Type.String({
      pattern: '^[A-Za-z0-9_-]{43}$',
      'x-fault': 'must be 32 bytes in base64url',
      examples: ['11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'],
    }),
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
      examples: ['eyJhbGciOiJFZERTQSJ9.eyJ0b2tlbiI6Ii4uLiJ9.c2lnbmF0dXJl'],
    }),
  },
  { additionalProperties: true },
);

/** What every package of the meter names from now on. `registration` is also its client id at the token endpoint. */
export const Activation = Type.Object(
  {
    service: shown('c87f9be9-01df-43df-8013-cd7c12eefe41'),
    organisation: shown('caa84035-6d0e-4a3c-9a3e-7b1f7d1f2b11'),
    registration: shown('5f0c7c3e-0b5f-4f0a-8a55-0c1d2e3f4a5b'),
    epoch: Type.Integer({ examples: [1] }),
  },
  { additionalProperties: false },
);
export type Activation = Static<typeof Activation>;

/** What a meter is billed under from an hour on; `from` is left out where it reaches back without limit. */
export const Assignment = Type.Object(
  {
    from: Type.Optional(Type.String({ examples: ['2023-01-01T05:00:00Z'] })),
    meteringMode: MeteringMode,
    contractNumber: Type.Optional(shown('1012345')),
    siteName: Type.Optional(shown('Site A')),
  },
  { additionalProperties: false },
);
export type Assignment = Static<typeof Assignment>;

const meterFields = {
  agentId: AnyCaseUuid,
  label: Label,
  connectivityMode: ConnectivityMode,
  version: Type.Optional(Type.String({ examples: ['4.6'] })),
  registration: Type.String({
    description: 'Names this registration in every package; also the client id at the token endpoint.',
    examples: ['5f0c7c3e-0b5f-4f0a-8a55-0c1d2e3f4a5b'],
  }),
  state: Type.Enum(['running', 'registered']),
  /** The newest, which may count only from the next hour on. */
  meteringMode: MeteringMode,
  contractNumber: Type.Optional(Type.String({ examples: ['1012345'] })),
  siteName: Type.Optional(Type.String({ examples: ['Site A'] })),
  key: Type.Optional(
    Type.Object(
      {
        kid: shown('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs'),
        epoch: Type.Integer({ examples: [1] }),
        boundAt: Timestamp,
      },
      {
        additionalProperties: false,
        description: 'What it signs with now; left out for a meter that must be activated.',
      },
    ),
  ),
  lastUploadAt: Type.Optional(Timestamp),
  sequence: Sequence,
  registeredAt: Timestamp,
  modifiedAt: Timestamp,
  deletedAt: Type.Optional(Timestamp),
};
export const MeterSummary = Type.Object(meterFields, { additionalProperties: false });
export type MeterSummary = Static<typeof MeterSummary>;

/** One metered source, such as a vCenter, by its instance UUID. */
export const MeterProduct = Type.Object(
  {
    product: AnyCaseUuid,
    type: Type.String({ examples: ['vCenter'] }),
    version: Type.String({ examples: ['8.0.3'] }),
    firstHour: Type.String({ examples: ['2023-01-01T05:00:00Z'] }),
    retiredHour: Type.Optional(Type.String({ examples: ['2023-01-09T00:00:00Z'] })),
  },
  { additionalProperties: false },
);

/** The running month in brief; the calendar of its hours is at `/usage/api/v1/agents/{agentId}/coverage/{year}/{month}`. */
export const CoverageBrief = Type.Object(
  {
    month: Type.String({ examples: ['2023-01'] }),
    collectedHours: Type.Integer({ description: 'Product-hours that packages list as collected.' }),
    expectedHours: Type.Integer({ description: 'Product-hours that are expected by now.' }),
  },
  { additionalProperties: false },
);
export type CoverageBrief = Static<typeof CoverageBrief>;

export const MeterDetail = Type.Object(
  {
    ...meterFields,
    assignments: Type.Array(Assignment, { description: 'Oldest first.' }),
    products: Type.Array(MeterProduct, { description: 'By their UUID.' }),
    coverage: CoverageBrief,
  },
  { additionalProperties: false },
);
export type MeterDetail = Static<typeof MeterDetail>;

/** What the list of meters can be filtered and sorted by. Deleted ones are in it when the filter says `deleted`. */
export const meterSelectors = {
  agentId: 'uuid',
  label: 'text',
  state: ['running', 'registered'],
  meteringMode: ['PRODUCTION', 'TEST'],
  connectivityMode: ['ONLINE', 'OFFLINE'],
  contractNumber: 'text',
  siteName: 'text',
  version: 'text',
  lastUploadAt: 'instant',
  registeredAt: 'instant',
  modifiedAt: 'instant',
  deleted: ['true', 'false'],
} as const satisfies Selectors;
export const usualMeterSort = 'agentId';
export const MeterPageQuery = listQuery(meterSelectors, usualMeterSort);
export const MeterPage = pageOf(MeterSummary);
export type MeterPage = Static<typeof MeterPage>;

/** What is left out stays as it is; null takes the meter off its contract or site. */
export const MeterChange = Type.Object(
  {
    sequence: Sequence,
    label: Type.Optional(Label),
    connectivityMode: Type.Optional(ConnectivityMode),
    meteringMode: Type.Optional(MeteringMode),
    contractNumber: Type.Optional(
      Type.Union([ContractNumber, Type.Null()], { description: 'Null: on trial, without a contract.' }),
    ),
    siteName: Type.Optional(Type.Union([SiteName, Type.Null()], { description: 'Null: no site.' })),
  },
  { additionalProperties: false },
);
export type MeterChange = Static<typeof MeterChange>;

/** RFC 7638, SHA-256, base64url. */
const Thumbprint = Type.String({
  pattern: '^[A-Za-z0-9_-]{43}$',
  'x-fault': 'must be the thumbprint of a key, 43 characters of base64url',
  examples: ['NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs'],
});
export const MeterKeyPath = Type.Object(
  { agentId: AnyCaseUuid, kid: Thumbprint },
  { additionalProperties: false },
);

/** One key binding; package numbers count from 1 within its epoch. */
export const MeterKeyItem = Type.Object(
  {
    kid: Thumbprint,
    epoch: Type.Integer({ minimum: 1, examples: [1] }),
    publicKey: MeterPublicKey,
    boundAt: Timestamp,
    supersededAt: Type.Optional(Timestamp),
    compromisedAt: Type.Optional(Timestamp),
    packages: Type.Integer({ description: 'Packages on record that it signed.', examples: [31] }),
  },
  { additionalProperties: false },
);
export type MeterKeyItem = Static<typeof MeterKeyItem>;
export const MeterKeyList = Type.Object(
  { items: Type.Array(MeterKeyItem, { description: 'Newest first.' }) },
  { additionalProperties: false },
);
export type MeterKeyList = Static<typeof MeterKeyList>;

export const KeyCompromise = Type.Object(
  { reason: nameOf(512, 'The disk of the appliance was sold.') },
  { additionalProperties: false },
);
