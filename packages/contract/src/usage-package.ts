/**
 * The usage package: what a meter hands over. One gzip file of several members, signed over its compressed bytes.
 *
 *   member 1   one line: {"package":{…},"signature":"…"}, its own RFC 8785 canonical form, then LF
 *   member 2…  one for each entry of `package.parts`, in that order: NDJSON, one record a line, every line ends in LF
 *
 * A record has exactly the fields of its schema, all of them: none may be missing, none added, none null. What has nothing
 * to say is the empty string. The order of the properties below is the field order of the contract. A line has one spelling:
 * byte for byte JSON.stringify of the record in that order, so no spaces, and no escapes but \" and \\.
 *
 * Widths are those of the engine: `vcpus`, `sockets`, `coresPerSocket` fit UInt16; `memoryMib`, `reservationMib`,
 * `runningVms` fit UInt32; `storageMib`, `vsanUsedMib`, `vsanRawMib` fit UInt64 and stay exact in JavaScript (2^53 - 1).
 */
import Type, { type Static } from 'typebox';

/** A value that nobody changes, all the way down. */
export type Frozen<T> = T extends object ? { readonly [Key in keyof T]: Frozen<T[Key]> } : T;

export const PACKAGE_FORMAT = 'meterhouse-usage/1';
export const PACKAGE_MEDIA_TYPE = 'application/vnd.meterhouse.usage+gzip';
export const SIGNATURE_TYPE = 'meterhouse-usage+jws';

export const LIMITS = Object.freeze({
  /** Member 1, unpacked, bytes. A month of one product is 40 KB of it. */
  headerBytes: 1_048_576,
  /** Member 1, compressed, bytes: incompressible text grows a little in gzip. */
  headerCompressedBytes: 1_114_112,
  /** One line, bytes, without its LF: six names of 512 characters of 4 bytes and 64 codes stay far below. */
  lineBytes: 65_536,
  /** Names and labels, Unicode characters. */
  textLength: 512,
  /** `services` and `features`, entries. */
  codes: 64,
});

const UINT16 = 65_535;
const INT32 = 2_147_483_647;
const UINT32 = 4_294_967_295;
const UINT53 = Number.MAX_SAFE_INTEGER;

/**
 * No C0 or C1 control character and no DEL: a tab would forge a report column. No line or paragraph separator either, which
 * JSON writers escape or not as they like.
 */
const PLAIN_TEXT = '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$';

/** Lower case, so that one thing has one spelling. */
export const Uuid = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
  'x-fault': 'must be a lower-case UUID such as 88531d1c-296e-4b47-8431-c0e8182148e7',
});
/** Whole seconds, UTC: `2023-01-01T05:00:30Z`. No fraction, no offset, no other spelling. */
export const Instant = Type.String({
  pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\dZ$',
  'x-fault': 'must be a UTC time in whole seconds such as 2023-01-01T05:00:30Z',
});
/** One UTC hour, written by its start: `2023-01-01T05:00:00Z`. */
export const Hour = Type.String({
  pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):00:00Z$',
  'x-fault': 'must be the start of a UTC hour such as 2023-01-01T05:00:00Z',
});
/** A month that can have been metered: no shipped rule set begins earlier, and a clock that was never set says 1970. */
export const Month = Type.String({
  pattern: '^2\\d{3}-(0[1-9]|1[0-2])$',
  'x-fault': "must be a month from 2000-01 on, such as 2023-01; is the meter's clock set?",
});
export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
/** The content digest of a slice: 128 bits, 32 hexadecimal digits. */
export const SliceDigest = Type.String({ pattern: '^[0-9a-f]{32}$' });
/** A machine's word: a reason, a service, a feature. Never free text. */
export const Code = Type.String({ pattern: '^[a-z0-9-]{1,64}$' });
/** The kind of a metered source: `vCenter`, `libvirt`, the next one. */
export const ProductType = Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$' });

const Name = Type.String({ minLength: 1, maxLength: LIMITS.textLength, pattern: PLAIN_TEXT });
const Text = Type.String({ maxLength: LIMITS.textLength, pattern: PLAIN_TEXT });
/** A set has one spelling: ascending, each once. */
const Codes = Type.Array(Code, { maxItems: LIMITS.codes, uniqueItems: true });
const upTo = (maximum: number) => Type.Integer({ minimum: 0, maximum });

const Strict = { additionalProperties: false } as const;

export const PartKind = Type.Enum(['vm', 'host', 'cluster']);
export const PowerState = Type.Enum(['on', 'off', 'suspended']);
export const LicenseCategory = Type.Enum(['rental', 'perpetual', 'demo', 'none', 'unknown']);
export const SliceStatus = Type.Enum(['collected', 'partial', 'unreachable']);

/** The span [started, ended) of one VM in which nothing about it changed. `host` may be empty only while it is not powered on. */
export const VmRecord = Type.Object(
  {
    product: Uuid,
    hour: Hour,
    vm: Uuid,
    name: Name,
    host: Text,
    cluster: Text,
    started: Instant,
    ended: Instant,
    power: PowerState,
    vcpus: upTo(UINT16),
    memoryMib: upTo(UINT32),
    reservationMib: upTo(UINT32),
    storageMib: upTo(UINT53),
    license: Text,
    licenseCategory: LicenseCategory,
    edition: Text,
    customer: Text,
    services: Codes,
  },
  Strict,
);

export const HostRecord = Type.Object(
  {
    product: Uuid,
    hour: Hour,
    host: Name,
    cluster: Text,
    started: Instant,
    ended: Instant,
    sockets: upTo(UINT16),
    coresPerSocket: upTo(UINT16),
    memoryMib: upTo(UINT32),
    license: Text,
    licenseCategory: LicenseCategory,
    sku: Text,
    runningVms: upTo(UINT32),
    model: Text,
  },
  Strict,
);

export const ClusterRecord = Type.Object(
  {
    product: Uuid,
    hour: Hour,
    cluster: Name,
    started: Instant,
    ended: Instant,
    vsanUsedMib: upTo(UINT53),
    vsanRawMib: upTo(UINT53),
    features: Codes,
    edition: Text,
  },
  Strict,
);

/** Each kind's schema; `Object.keys(RECORDS.vm.properties)` is its field order. */
export const RECORDS = Object.freeze({ vm: VmRecord, host: HostRecord, cluster: ClusterRecord });

/** `records` counts the lines; `bytes` and `sha256` are of the compressed member. A kind without records has no part. */
export const PackagePart = Type.Object(
  {
    kind: PartKind,
    records: Type.Integer({ minimum: 1, maximum: UINT53 }),
    bytes: Type.Integer({ minimum: 18, maximum: UINT53 }),
    sha256: Sha256,
  },
  Strict,
);

/**
 * One hour of one product. `covered` stands for `partial` only: the seconds that were metered, ascending, apart from each
 * other, inside the hour. `reason` may stand for what is not `collected`.
 */
export const PackageHour = Type.Object(
  {
    hour: Hour,
    status: SliceStatus,
    covered: Type.Optional(Type.Array(Type.Tuple([Instant, Instant]), { minItems: 1, maxItems: 3600 })),
    reason: Type.Optional(Code),
  },
  Strict,
);

/** `hours` ascending, each once. `retired` is the first hour of this month in which the product is no longer expected. */
export const PackageProduct = Type.Object(
  {
    id: Uuid,
    type: ProductType,
    version: Text,
    retired: Type.Optional(Hour),
    hours: Type.Array(PackageHour, { maxItems: 744 }),
  },
  Strict,
);

/** A slice that this package replaces, by the content digest that it had. */
export const Correction = Type.Object({ product: Uuid, hour: Hour, digest: SliceDigest }, Strict);

/**
 * What is signed. `number` starts at 1 in each epoch; `previous` is the digest of the package before, null exactly when
 * `number` is 1. `parts`: each kind at most once. `products`: each id once.
 */
export const PackageHeader = Type.Object(
  {
    format: Type.Literal(PACKAGE_FORMAT),
    service: Name,
    organisation: Uuid,
    registration: Uuid,
    agent: Uuid,
    agentVersion: Type.String({ pattern: '^[0-9A-Za-z.+-]{1,64}$' }),
    epoch: Type.Integer({ minimum: 1, maximum: INT32 }),
    number: Type.Integer({ minimum: 1, maximum: UINT53 }),
    previous: Type.Union([Sha256, Type.Null()]),
    corrects: Type.Optional(Type.Array(Correction, { minItems: 1 })),
    month: Month,
    createdAt: Instant,
    parts: Type.Array(PackagePart, { maxItems: 3 }),
    products: Type.Array(PackageProduct, { minItems: 1 }),
  },
  Strict,
);

/** Member 1. `signature` is a detached JWS in compact form: `protected..signature`. */
export const SignedHeader = Type.Object(
  {
    package: PackageHeader,
    signature: Type.String({ pattern: '^[A-Za-z0-9_-]+\\.\\.[A-Za-z0-9_-]+$', maxLength: 1024 }),
  },
  Strict,
);

export type PartKind = Static<typeof PartKind>;
export type PowerState = Static<typeof PowerState>;
export type LicenseCategory = Static<typeof LicenseCategory>;
export type SliceStatus = Static<typeof SliceStatus>;
export type VmRecord = Frozen<Static<typeof VmRecord>>;
export type HostRecord = Frozen<Static<typeof HostRecord>>;
export type ClusterRecord = Frozen<Static<typeof ClusterRecord>>;
export type PackagePart = Frozen<Static<typeof PackagePart>>;
export type PackageHour = Frozen<Static<typeof PackageHour>>;
export type PackageProduct = Frozen<Static<typeof PackageProduct>>;
export type Correction = Frozen<Static<typeof Correction>>;
export type PackageHeader = Frozen<Static<typeof PackageHeader>>;
export type SignedHeader = Frozen<Static<typeof SignedHeader>>;

/** A record of each kind. */
export interface RecordOf {
  readonly vm: VmRecord;
  readonly host: HostRecord;
  readonly cluster: ClusterRecord;
}
