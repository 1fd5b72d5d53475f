/**
 * The shape of `meter.yaml`. It is the one source of what is taken, of the comments in a fresh file and of the tables in
 * docs/meter/settings.md: `description` tells each setting, `default` what holds when it is left out.
 */
import { AnyCaseUuid, CustomerName, LicenseCategory, strict } from '@meterhouse/contract';
import Type, { type Static, type TSchema } from 'typebox';
import type { QuantityKind } from './quantities.ts';

const PLAIN = '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]+$';
const NO_CONTROL = 'must not be empty or contain control characters';

const text = (description: string, example: string, more: object = {}) =>
  Type.String({
    description,
    examples: [example],
    maxLength: 512,
    pattern: PLAIN,
    'x-fault': NO_CONTROL,
    ...more,
  });

/** Limits in seconds, bytes or parts of one. */
interface QuantityLimits {
  readonly kind: QuantityKind;
  readonly from: number;
  readonly to: number;
}
const quantity = (limits: QuantityLimits, description: string, fallback: string) =>
  Type.Unsafe<string | number>({ quantity: limits, description, default: fallback });

const choice = <const Choices extends string[]>(
  choices: Choices,
  description: string,
  fallback: Choices[number],
) => Type.Enum(choices, { description, default: fallback });

export const ProductName = Type.String({
  pattern: '^[a-z0-9-]{1,64}$',
  'x-fault': 'must be 1 to 64 small letters, digits or dashes',
  description: 'Your name for it, each once. The password is kept under it.',
  examples: ['vc1'],
});

const Fingerprint = Type.String({
  pattern: '^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$',
  'x-fault': 'must be the SHA-256 of the certificate: 64 hexadecimal digits, with colons or without',
  description:
    "SHA-256 of the server's certificate, when no authority that this machine trusts signed it. Whoever sets it has looked.",
  examples: ['3f9c…'],
});

export const ProductShape = Type.Object(
  {
    name: ProductName,
    type: Type.Optional(choice(['vCenter', 'libvirt'], 'What it is.', 'vCenter')),
    address: text(
      'vCenter: host name or address, without the port. libvirt: the connection URI, such as `qemu+ssh://meter@host/system`.',
      'vc1.example',
    ),
    port: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 65_535, description: 'TCP port of a vCenter.', default: 443 }),
    ),
    user: Type.Optional(
      text(
        'Who the meter signs in as. A vCenter needs one; the rights it needs: docs/meter/vsphere.md.',
        'meter@vsphere.local',
      ),
    ),
    fingerprint: Type.Optional(Fingerprint),
    caFile: Type.Optional(text('PEM file of an authority to trust for it.', '/etc/meterhouse/vc1-ca.pem')),
    poll: Type.Optional(
      quantity({ kind: 'time', from: 1, to: 60 }, 'Longest time between two looks, 1s to 60s.', '10s'),
    ),
    paused: Type.Optional(
      Type.Boolean({ description: 'A paused product is not metered and not expected.', default: false }),
    ),
  },
  strict,
);

export const LicenseShape = Type.Object(
  {
    key: Type.String({
      pattern: '^[A-Za-z0-9]{5}$',
      'x-fault': 'must be the last five characters of the licence key',
      description: 'The last five characters of the licence key.',
      examples: ['7QK2M'],
    }),
    category: Type.Enum([...(LicenseCategory as unknown as { enum: string[] }).enum], {
      description: 'What it stands for.',
    }),
    edition: Type.Optional(text('Edition to report.', 'enterprise-plus')),
    sku: Type.Optional(text('SKU to report.', 'VCF-COR-PR')),
  },
  strict,
);

export const PRODUCT_TYPES = ['vCenter', 'VCD', 'libvirt'] as const;
export const PLACE_TYPES = [
  'vCenter',
  'Datacenter',
  'ClusterComputeResource',
  'ResourcePool',
  'HostSystem',
  'Folder',
  'VCD',
  'vcd_organization',
] as const;

export const CustomerRuleShape = Type.Object(
  {
    id: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 2_147_483_647,
        examples: [1],
        description:
          'Number of the rule, each once. Without it the meter counts on; an edit through the API writes it down.',
      }),
    ),
    name: {
      ...CustomerName,
      description: "The customer's label on usage and reports.",
    } as typeof CustomerName,
    productType: Type.Optional(
      Type.Enum([...PRODUCT_TYPES], {
        description: 'Kind of the product. The default is that of the product with this name, else vCenter.',
      }),
    ),
    productId: text('The product: its `name` above, or its instance UUID.', 'vc1'),
    targetType: Type.Enum([...PLACE_TYPES], { description: 'What the target is.' }),
    targetId: text(
      'The target: its id in the product, such as `group-v1042`, or its path from the top, such as `/DC0/vm/Acme`.',
      '/DC0/vm/Acme',
      { maxLength: 2048 },
    ),
  },
  strict,
);

const treatment = (what: string, fallback: 'hashed' | 'plain') =>
  Type.Optional(choice(['hashed', 'redacted', 'plain'], `${what}: hashed, redacted or plain.`, fallback));

export const PrivacyShape = Type.Object(
  {
    vm: treatment('Names of virtual machines', 'hashed'),
    host: treatment('Names of hosts', 'hashed'),
    cluster: treatment('Names of clusters', 'hashed'),
    customer: treatment("Customers' labels", 'plain'),
    license: Type.Optional(
      choice(
        ['masked', 'plain'],
        'Licence keys: masked but for their last five characters, or plain.',
        'masked',
      ),
    ),
  },
  strict,
);

export const SpoolShape = Type.Object(
  {
    limit: Type.Optional(
      quantity(
        { kind: 'size', from: 64 * 2 ** 20, to: 2 ** 50 },
        'Disk that waiting hours and packages may take, 64MiB or more.',
        '10GiB',
      ),
    ),
    warnAt: Type.Optional(
      quantity({ kind: 'part', from: 0, to: 1 }, 'Warn from this part of the limit on.', '80%'),
    ),
    keep: Type.Optional(
      quantity(
        { kind: 'time', from: 0, to: 3660 * 86_400 },
        'How long a package is kept after the service took it, in whole days.',
        '40d',
      ),
    ),
  },
  strict,
);

export const UploadShape = Type.Object(
  {
    interval: Type.Optional(
      quantity(
        { kind: 'time', from: 60, to: 7 * 86_400 },
        'Longest time between two packages, 1m or more.',
        '1h',
      ),
    ),
    jitter: Type.Optional(
      quantity(
        { kind: 'time', from: 0, to: 86_400 },
        'Up to so much is added by chance, so that meters do not all come at the full hour.',
        '5m',
      ),
    ),
  },
  strict,
);

export const ApiShape = Type.Object(
  {
    listen: Type.Optional(
      Type.String({
        pattern: '^(off|(\\[[0-9A-Fa-f:.]+\\]|[^:\\[\\]/\\s]+):\\d{1,5})$',
        'x-fault': 'must be HOST:PORT such as 127.0.0.1:8443, or off',
        description: "Where the meter's own API listens, HOST:PORT; `off`: nowhere.",
        default: '127.0.0.1:8443',
      }),
    ),
    certFile: Type.Optional(
      text(
        'PEM file of its certificate chain. Without one, a certificate is made.',
        '/etc/meterhouse/meter.crt',
      ),
    ),
    keyFile: Type.Optional(text("PEM file of that certificate's key.", '/etc/meterhouse/meter.key.pem')),
  },
  strict,
);

export const MeterFile = Type.Object(
  {
    service: Type.Optional(
      text(
        'Address of the Meterhouse service. Left out: an OFFLINE meter, whose packages a person carries.',
        'https://meterhouse.example',
      ),
    ),
    serviceCaFile: Type.Optional(
      text('PEM file of an authority to trust for the service.', '/etc/meterhouse/service-ca.pem'),
    ),
    rulesFromService: Type.Optional(
      Type.Boolean({
        description: "Take customers' rules from the service too. The ones below win over them.",
        default: true,
      }),
    ),
    products: Type.Optional(Type.Array(ProductShape, { description: 'What is metered.' })),
    licenses: Type.Optional(
      Type.Array(LicenseShape, {
        description: 'What licence keys stand for, where the product does not tell.',
      }),
    ),
    customers: Type.Optional(
      Type.Array(CustomerRuleShape, { description: 'Whose usage it is: docs/meter/customers.md.' }),
    ),
    privacy: Type.Optional(PrivacyShape),
    spool: Type.Optional(SpoolShape),
    upload: Type.Optional(UploadShape),
    api: Type.Optional(ApiShape),
  },
  strict,
);
export type MeterFile = Static<typeof MeterFile>;
export type ProductEntry = Static<typeof ProductShape>;
export type CustomerRuleEntry = Static<typeof CustomerRuleShape>;

/** Of a schema's properties, without what typebox needs to know of them. */
export function propertiesOf(shape: TSchema): Readonly<Record<string, Described>> {
  return ((shape as { properties?: object }).properties ?? {}) as Record<string, Described>;
}
export interface Described {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly default?: string | number | boolean;
  readonly examples?: readonly (string | number)[];
  readonly quantity?: QuantityLimits;
  readonly properties?: object;
  readonly items?: TSchema;
}

/** A product's id as rules may also name it. */
export const ProductUuid = AnyCaseUuid;
