import type { ProductStatus } from '@meterhouse/meter/run';
import type { ProductSettings } from '@meterhouse/meter/settings';
import type { MeterPlace } from '../commands/meter/place.ts';
import type { Column } from '../output/column.ts';
import { settingsOf } from './change-meter.ts';

/** A product of the settings, and how the running meter sees it. */
export interface ProductItem extends ProductSettings {
  /** `stopped` while no meter runs; `not-read` when it has not read these settings yet. */
  readonly state: ProductStatus['state'] | 'stopped' | 'not-read';
  readonly reason: string | null;
  readonly instanceId: string | null;
  readonly version: string | null;
  readonly machines: number | null;
  readonly hosts: number | null;
  /** Up to when everything is known, by the product's clock. */
  readonly seenUntil: string | null;
  /** Its clock minus ours. */
  readonly skewSeconds: number | null;
}

export const PRODUCT_COLUMNS: readonly Column<ProductItem>[] = [
  { name: 'name' },
  { name: 'type' },
  {
    name: 'address',
    show: (address, { type, port }) => `${address}${type === 'vCenter' && port !== 443 ? `:${port}` : ''}`,
  },
  { name: 'state' },
  { name: 'machines', right: true },
  { name: 'hosts', right: true },
  { name: 'user', extra: true },
  { name: 'port', right: true, extra: true },
  { name: 'seenUntil', extra: true },
  { name: 'skewSeconds', right: true, extra: true },
  { name: 'reason' },
  { name: 'fingerprint', extra: true },
  { name: 'caFile', extra: true },
  { name: 'poll', right: true, extra: true },
  { name: 'paused', extra: true },
  { name: 'instanceId', extra: true },
  { name: 'version', extra: true },
];

export async function productItems(place: MeterPlace): Promise<ProductItem[]> {
  const settings = await settingsOf(place);
  const { readStatusFile } = await import('@meterhouse/meter/run');
  const status = await readStatusFile(place.dir);
  const running = status?.running === true && !status.snapshot.stopped;
  return settings.products.map((product) => {
    const seen = running ? status.snapshot.products.find(({ name }) => name === product.name) : undefined;
    const { ledger, health } = seen ?? {};
    return {
      ...product,
      state: !running ? 'stopped' : (seen?.state ?? 'not-read'),
      reason: seen?.reason ?? null,
      instanceId: ledger?.product?.id ?? null,
      version: ledger?.product?.version ?? null,
      machines: ledger?.machines ?? null,
      hosts: ledger?.hosts ?? null,
      seenUntil: ledger?.since === undefined ? null : new Date(ledger.since * 1000).toISOString(),
      skewSeconds: health?.skewSeconds ?? null,
    };
  });
}
