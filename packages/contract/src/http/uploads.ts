import { type Static, Type } from 'typebox';
import { AnyCaseUuid, PathMonth, PathYear, shown } from './everywhere.ts';

/** The types that a package may be sent as; the first is its own. */
export const PACKAGE_TYPES = [
  'application/vnd.meterhouse.usage+gzip',
  'application/gzip',
  'application/octet-stream',
] as const;

const Agent = shown('88531d1c-296e-4b47-8431-c0e8182148e7');
const Upload = shown('01943f1e-8f5a-7c3e-9d7e-2f4b6a8c0e12');
const Product = shown('ffd2beeb-1f0a-4b0e-8f77-0d6d5b0c2a11');
const Month = shown('2023-01');
const Hour = shown('2023-01-01T05:00:00Z');
const Instant = shown('2023-02-01T05:00:00.000Z');
const Strict = { additionalProperties: false } as const;

/** What became of one slice (product, hour) of a package. */
export const SliceOutcomeName = Type.Enum([
  'counted',
  'raised',
  'corrected',
  'noted',
  'duplicate',
  'outranked',
  'conflict',
  'late',
]);

export const UploadSlice = Type.Object(
  {
    product: Product,
    hour: Hour,
    status: Type.Enum(['collected', 'partial', 'unreachable']),
    outcome: SliceOutcomeName,
    digest: Type.String({
      description: "The slice's content digest: what a correction names.",
      examples: ['1f3c9a0b5d7e42618f90a1b2c3d4e5f6'],
    }),
  },
  Strict,
);

const decided = {
  uploadId: Upload,
  agentId: Agent,
  month: Month,
  epoch: Type.Integer(),
  number: Type.Integer(),
  digest: Type.String({
    description: "The package's identity: SHA-256 of the canonical form of `package`.",
    examples: ['9b74c9897bac770ffc029102a200c5de'.repeat(2)],
  }),
  receivedAt: Instant,
};

/** The answer to an upload. The same package again gets the same one. */
export const UploadAnswer = Type.Object(
  { ...decided, decision: Type.Enum(['accepted', 'late']), slices: Type.Array(UploadSlice) },
  Strict,
);
export type UploadAnswer = Static<typeof UploadAnswer>;

const RecordCounts = Type.Object(
  { vm: Type.Integer(), host: Type.Integer(), cluster: Type.Integer() },
  Strict,
);

const upload = {
  ...decided,
  state: Type.Enum(['accepted', 'loaded', 'late', 'refused']),
  bytes: Type.Integer(),
  records: RecordCounts,
  correctionReason: Type.Optional(shown('The host was counted twice.')),
  receivedBy: shown('meter:88531d1c-296e-4b47-8431-c0e8182148e7'),
  loadedAt: Type.Optional(Instant),
  keyCompromisedAt: Type.Optional(
    Type.String({
      description: 'The key that signed it was reported then as in wrong hands; what was taken before stays.',
      examples: ['2023-01-01T05:00:00.000Z'],
    }),
  ),
};

/** How many slices had which outcome; outcomes that none had are left out. */
export const OutcomeCounts = Type.Partial(
  Type.Object(
    {
      counted: Type.Integer(),
      raised: Type.Integer(),
      corrected: Type.Integer(),
      noted: Type.Integer(),
      duplicate: Type.Integer(),
      outranked: Type.Integer(),
      conflict: Type.Integer(),
      late: Type.Integer(),
    },
    Strict,
  ),
);
export type OutcomeCounts = Static<typeof OutcomeCounts>;

export const UploadSummary = Type.Object({ ...upload, outcomes: OutcomeCounts }, Strict);
export type UploadSummary = Static<typeof UploadSummary>;

export const PackageFault = Type.Object(
  {
    part: Type.Enum(['file', 'header', 'vm', 'host', 'cluster']),
    line: Type.Union([Type.Integer(), Type.Null()]),
    pointer: shown('/memoryMib'),
    message: shown('must be a whole number'),
    code: shown('not-an-integer'),
  },
  Strict,
);

export const UploadDetail = Type.Object(
  {
    ...upload,
    slices: Type.Array(UploadSlice),
    faultCount: Type.Optional(Type.Integer()),
    faults: Type.Optional(Type.Array(PackageFault)),
  },
  Strict,
);
export type UploadDetail = Static<typeof UploadDetail>;

/** Numbers of an epoch that have not come yet, both ends included. */
export const MissingNumbers = Type.Object(
  { epoch: Type.Integer(), from: Type.Integer(), to: Type.Integer() },
  Strict,
);

export const UploadPage = Type.Object(
  {
    items: Type.Array(UploadSummary, { description: 'Newest first.' }),
    nextCursor: Type.Optional(shown('42')),
    missing: Type.Array(MissingNumbers, { description: 'Gaps in the chain of packages.' }),
  },
  Strict,
);
export type UploadPage = Static<typeof UploadPage>;

export const UploadPath = Type.Object({ agentId: AnyCaseUuid, uploadId: AnyCaseUuid }, Strict);
export const UploadPageQuery = Type.Object(
  {
    limit: Type.Optional(
      Type.String({ pattern: '^([1-9][0-9]?|1[0-9]{2}|200)$', 'x-fault': 'must be a number from 1 to 200' }),
    ),
    cursor: Type.Optional(
      Type.String({ pattern: '^[0-9]{1,18}$', 'x-fault': 'must be the nextCursor of an earlier page' }),
    ),
  },
  { additionalProperties: true },
);

/** Why a correction is made; a person reads it in the audit log and on the manifest. */
export const UploadQuery = Type.Object(
  {
    correction: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 512,
        pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$',
        'x-fault': 'must be the reason of the correction, 1 to 512 characters without control characters',
      }),
    ),
  },
  { additionalProperties: true },
);

export const CoveragePath = Type.Object({ agentId: AnyCaseUuid, year: PathYear, month: PathMonth }, Strict);

/** Hours [from, to) of a product in one state. */
export const CoverageRun = Type.Object(
  {
    from: Hour,
    to: shown('2023-01-01T09:00:00Z'),
    state: Type.Enum(['collected', 'partial', 'unreachable', 'missing', 'overlapping']),
    reason: Type.Optional(shown('connection-refused')),
    coveredSeconds: Type.Optional(
      Type.Integer({ description: 'Of each hour of a partial run: seconds that were seen.' }),
    ),
  },
  Strict,
);

export const Coverage = Type.Object(
  {
    agentId: Agent,
    month: Month,
    products: Type.Array(
      Type.Object(
        {
          product: Product,
          type: shown('vCenter'),
          version: shown('8.0'),
          expectedSeconds: Type.Integer(),
          coveredSeconds: Type.Integer(),
          missingSeconds: Type.Integer(),
          hours: Type.Array(CoverageRun, { description: 'Ascending, in runs of equal state.' }),
        },
        Strict,
      ),
    ),
  },
  Strict,
);
export type Coverage = Static<typeof Coverage>;
