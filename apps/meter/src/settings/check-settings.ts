/** What is wrong with settings: their shape, and what their parts say of each other. */
import { access, constants } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AnyCaseUuid, describeFaults, TARGET_TYPES } from '@meterhouse/contract';
import { Ajv, type ValidateFunction } from 'ajv';
import { libvirtAddressFaults } from '../addresses/index.ts';
import { MeterFile, type MeterFile as MeterFileContent } from './file-shape.ts';
import { QUANTITY_FORMS, type QuantityKind, readQuantity, writeQuantity } from './quantities.ts';

export interface SettingFault {
  /** `/products/0/port`; empty for the whole. */
  readonly pointer: string;
  readonly message: string;
}

const ajv = new Ajv({ allErrors: true, verbose: true, strictTypes: false, keywords: ['x-fault'] });
const checkQuantity = Object.assign(
  (limits: { kind: QuantityKind; from: number; to: number }, value: unknown): boolean => {
    const number = readQuantity(limits.kind, value);
    const told =
      number === undefined
        ? `must be ${QUANTITY_FORMS[limits.kind]}`
        : `must be from ${writeQuantity(limits.kind, limits.from)} to ${writeQuantity(limits.kind, limits.to)}`;
    const fits = number !== undefined && number >= limits.from && number <= limits.to;
    checkQuantity.errors = fits ? [] : [{ keyword: 'quantity', message: told, params: {} }];
    return fits;
  },
  { errors: [] as object[] },
);
ajv.addKeyword({ keyword: 'quantity', validate: checkQuantity, errors: true });
// Compiled when the first file is checked: who asks for help waits for none of it.
let checks: { readonly shape: ValidateFunction; readonly isUuid: ValidateFunction } | undefined;
function compiled() {
  checks ??= { shape: ajv.compile(MeterFile), isUuid: ajv.compile(AnyCaseUuid) };
  return checks;
}

/** Faults of the shape; empty when `value` is a MeterFile. */
export function faultsOfShape(value: unknown): readonly SettingFault[] {
  const { shape } = compiled();
  if (shape(value)) return [];
  return describeFaults(shape.errors ?? []).map(({ pointer, message }) => ({
    pointer,
    // The whole is a file here, not the body of a request.
    message:
      pointer === ''
        ? message.replace('a body is needed: an object', 'must be settings, one a line')
        : message,
  }));
}

/** Faults that only show when settings are seen together, or with this machine's files. */
export async function faultsWithin(file: MeterFileContent, folder: string): Promise<readonly SettingFault[]> {
  return [
    ...faultsOfService(file),
    ...faultsOfProducts(file),
    ...twice(
      (file.licenses ?? []).map(({ key }) => key.toUpperCase()),
      '/licenses',
      'key',
    ),
    ...faultsOfCustomers(file),
    ...faultsOfApi(file),
    ...(await faultsOfFiles(file, folder)),
  ];
}

/** Packages and assertions go there, so in the clear only within this machine. */
function faultsOfService({ service, serviceCaFile, rulesFromService }: MeterFileContent): SettingFault[] {
  const faults: SettingFault[] = [];
  const say = (pointer: string, message: string) => faults.push({ pointer, message });
  if (service === undefined) {
    if (serviceCaFile !== undefined) say('/serviceCaFile', 'needs `service` too');
    if (rulesFromService === true) say('/rulesFromService', 'needs `service` too');
    return faults;
  }
  const url = URL.canParse(service) ? new URL(service) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username + url.password !== '')
    say('/service', 'must be an address such as https://meterhouse.example, without a user');
  else if (url.pathname + url.search + url.hash !== '/')
    say('/service', `must end behind host and port: ${url.origin}`);
  else if (url.protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname))
    say('/service', 'must begin with https://: http:// is for this machine only');
  return faults;
}

function faultsOfProducts({ products = [] }: MeterFileContent): SettingFault[] {
  const faults = [
    ...twice(
      products.map(({ name }) => name),
      '/products',
      'name',
    ),
  ];
  for (const [at, { type = 'vCenter', address, port, user, fingerprint, caFile }] of products.entries()) {
    const say = (field: string, message: string) =>
      faults.push({ pointer: `/products/${at}/${field}`, message });
    if (type === 'vCenter') {
      if (/[/\s@?#]/.test(address))
        say('address', 'must be a host name or an address alone, such as vc1.example');
      else if (/^[^:]+:\d+$/.test(address))
        say(
          'address',
          `must have its port apart: address ${address.split(':')[0]}, port ${address.split(':')[1]}`,
        );
      if (user === undefined) say('user', 'is required for a vCenter');
      continue;
    }
    for (const fault of libvirtAddressFaults(address)) say('address', fault);
    for (const [field, value] of Object.entries({ port, fingerprint, caFile }))
      if (value !== undefined) say(field, 'is for a vCenter: what libvirt needs stands in `address`');
  }
  return faults;
}

function faultsOfCustomers({ customers = [], products = [] }: MeterFileContent): SettingFault[] {
  const faults = [
    ...twice(
      customers.map(({ id }) => id),
      '/customers',
      'id',
    ),
  ];
  const byName = new Map(products.map((product) => [product.name, product]));
  for (const [at, rule] of customers.entries()) {
    const say = (field: string, message: string) =>
      faults.push({ pointer: `/customers/${at}/${field}`, message });
    const product = byName.get(rule.productId);
    if (product === undefined && !compiled().isUuid(rule.productId))
      say('productId', 'is neither the name of a product above nor a UUID');
    const ofProduct = product === undefined ? undefined : (product.type ?? 'vCenter');
    const kind = rule.productType ?? ofProduct ?? 'vCenter';
    if (ofProduct !== undefined && kind !== ofProduct)
      say('productType', `must be ${ofProduct}, as the product ${rule.productId} is`);
    const targets: readonly string[] = kind === 'VCD' ? TARGET_TYPES.VCD : TARGET_TYPES.vCenter;
    if (!targets.includes(rule.targetType))
      say('targetType', `must be one of ${targets.join(', ')} for the product type ${kind}`);
  }
  const targets = customers.map(({ productId, targetType, targetId }) =>
    [productId.toLowerCase(), targetType, targetId].join('\t'),
  );
  return [...faults, ...twice(targets, '/customers', 'targetId')];
}

function faultsOfApi({ api = {} }: MeterFileContent): SettingFault[] {
  const faults: SettingFault[] = [];
  if (api.certFile !== undefined && api.keyFile === undefined)
    faults.push({ pointer: '/api/keyFile', message: 'is required with certFile' });
  if (api.keyFile !== undefined && api.certFile === undefined)
    faults.push({ pointer: '/api/certFile', message: 'is required with keyFile' });
  const port = Number(/:(\d+)$/.exec(api.listen ?? '')?.[1] ?? 0);
  if (port > 65_535) faults.push({ pointer: '/api/listen', message: 'must have a port up to 65535' });
  return faults;
}

async function faultsOfFiles(file: MeterFileContent, folder: string): Promise<SettingFault[]> {
  const named: readonly (readonly [string, string | undefined])[] = [
    ['/serviceCaFile', file.serviceCaFile],
    ['/api/certFile', file.api?.certFile],
    ['/api/keyFile', file.api?.keyFile],
    ...(file.products ?? []).map(({ caFile }, at) => [`/products/${at}/caFile`, caFile] as const),
  ];
  const faults = await Promise.all(
    named.map(async ([pointer, path]) => {
      if (path === undefined) return [];
      const whole = resolve(folder, path);
      const refused = await access(whole, constants.R_OK).then(
        () => undefined,
        (error: NodeJS.ErrnoException) => error.code,
      );
      return refused === undefined
        ? []
        : [{ pointer, message: `names a file that cannot be read (${refused}): ${whole}` }];
    }),
  );
  return faults.flat();
}

function twice(keys: readonly (string | number | undefined)[], at: string, field: string): SettingFault[] {
  const seen = new Set<string | number>();
  return keys.flatMap((key, index) => {
    if (key === undefined) return [];
    if (seen.has(key)) return [{ pointer: `${at}/${index}/${field}`, message: 'is there twice' }];
    seen.add(key);
    return [];
  });
}
