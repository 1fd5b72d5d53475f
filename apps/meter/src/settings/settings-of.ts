import { resolve } from 'node:path';
import type { LicenseCategory } from '@meterhouse/contract';
import {
  ApiShape,
  type CustomerRuleEntry,
  type Described,
  type MeterFile,
  PrivacyShape,
  type ProductEntry,
  ProductShape,
  propertiesOf,
  SpoolShape,
  UploadShape,
} from './file-shape.ts';
import { readQuantity } from './quantities.ts';
import type { CustomerRule, MeterSettings, PrivacySettings, ProductSettings } from './settings.ts';

/**
 * What a checked file means: defaults filled in, units made plain, paths absolute, everything frozen.
 * @param folder that paths start from
 */
export function settingsOf(file: MeterFile, folder: string): MeterSettings {
  const path = (given: string | undefined) => (given === undefined ? undefined : resolve(folder, given));
  const spool = filled(SpoolShape, file.spool);
  const upload = filled(UploadShape, file.upload);
  const api = filled(ApiShape, file.api);
  return deepFrozen({
    service: file.service === undefined ? undefined : new URL(file.service).origin,
    serviceCaFile: path(file.serviceCaFile),
    rulesFromService: file.service !== undefined && (file.rulesFromService ?? true),
    products: (file.products ?? []).map((product) => productOf(product, path)),
    licenses: (file.licenses ?? []).map(({ key, category, edition, sku }) => ({
      key,
      category: category as LicenseCategory,
      ...(edition !== undefined && { edition }),
      ...(sku !== undefined && { sku }),
    })),
    customers: numbered(file.customers ?? [], file.products ?? []),
    privacy: filled(PrivacyShape, file.privacy) as unknown as PrivacySettings,
    spool: {
      limitBytes: amount(SpoolShape, 'limit', spool),
      warnAt: amount(SpoolShape, 'warnAt', spool),
      keepDays: Math.ceil(amount(SpoolShape, 'keep', spool) / 86_400),
    },
    upload: {
      interval: amount(UploadShape, 'interval', upload),
      jitter: amount(UploadShape, 'jitter', upload),
    },
    api: {
      listen: api.listen === 'off' ? undefined : String(api.listen),
      certFile: path(file.api?.certFile),
      keyFile: path(file.api?.keyFile),
    },
  });
}

function productOf(
  product: ProductEntry,
  path: (given: string | undefined) => string | undefined,
): ProductSettings {
  const whole = filled(ProductShape, product);
  return {
    name: product.name,
    type: whole.type as ProductSettings['type'],
    address: product.address,
    port: whole.type === 'vCenter' ? Number(whole.port) : 0,
    user: product.user ?? '',
    fingerprint: product.fingerprint?.replaceAll(':', '').toLowerCase(),
    caFile: path(product.caFile),
    poll: amount(ProductShape, 'poll', whole),
    paused: product.paused ?? false,
  };
}

/** Rules without a number get the next ones behind the highest that is written down, in the order of the file. */
export function numbered(
  entries: readonly CustomerRuleEntry[],
  products: readonly ProductEntry[],
): readonly CustomerRule[] {
  let next = entries.reduce((most, { id }) => Math.max(most, id ?? 0), 0);
  return entries.map(({ id, name, productType, productId, targetId, targetType }) => {
    const type = productType ?? products.find((product) => product.name === productId)?.type ?? 'vCenter';
    if (id === undefined) next += 1;
    return {
      id: id ?? next,
      name,
      productType: type as CustomerRule['productType'],
      productId: products.some((product) => product.name === productId) ? productId : productId.toLowerCase(),
      targetId,
      targetType: targetType as CustomerRule['targetType'],
    };
  });
}

type Shape = Parameters<typeof propertiesOf>[0];

/** A section with the defaults of what it leaves out. */
function filled(shape: Shape, section: object | undefined): Readonly<Record<string, unknown>> {
  const defaults = Object.entries(propertiesOf(shape))
    .filter(([, described]) => described.default !== undefined)
    .map(([name, described]) => [name, described.default]);
  return { ...Object.fromEntries(defaults), ...section };
}

function amount(shape: Shape, name: string, section: Readonly<Record<string, unknown>>): number {
  const { quantity } = propertiesOf(shape)[name] as Described;
  return readQuantity(quantity!.kind, section[name])!;
}

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const one of Object.values(value)) deepFrozen(one);
    Object.freeze(value);
  }
  return value;
}
