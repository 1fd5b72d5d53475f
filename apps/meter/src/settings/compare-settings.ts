import { isDeepStrictEqual } from 'node:util';
import type { MeterSettings, ProductSettings } from './settings.ts';

export type SettingsRoom = 'service' | 'licenses' | 'customers' | 'privacy' | 'spool' | 'upload' | 'api';

export interface ProductDifference {
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** What of it changed, such as `address`; empty for one that was added or removed. */
  readonly fields: readonly (keyof ProductSettings)[];
}

export interface SettingsDifference {
  readonly products: readonly ProductDifference[];
  /** What else must be looked at again. */
  readonly rooms: readonly SettingsRoom[];
}

/** What is different between two readings of the settings; empty lists when nothing is. */
export function compareSettings(before: MeterSettings, after: MeterSettings): SettingsDifference {
  const rooms = ['licenses', 'customers', 'privacy', 'spool', 'upload', 'api'] as const;
  const same = (field: keyof MeterSettings) => isDeepStrictEqual(before[field], after[field]);
  const service = (['service', 'serviceCaFile', 'rulesFromService'] as const).every(same);
  return {
    products: differentProducts(before.products, after.products),
    rooms: [...(service ? [] : (['service'] as const)), ...rooms.filter((room) => !same(room))],
  };
}

function differentProducts(
  before: readonly ProductSettings[],
  after: readonly ProductSettings[],
): ProductDifference[] {
  const old = new Map(before.map((product) => [product.name, product]));
  const kept = new Set(after.map(({ name }) => name));
  const removed = before
    .filter(({ name }) => !kept.has(name))
    .map(({ name }) => ({ name, change: 'removed' as const, fields: [] }));
  const others = after.flatMap((product): ProductDifference[] => {
    const was = old.get(product.name);
    if (was === undefined) return [{ name: product.name, change: 'added', fields: [] }];
    const fields = (Object.keys(product) as (keyof ProductSettings)[]).filter(
      (field) => product[field] !== was[field],
    );
    return fields.length === 0 ? [] : [{ name: product.name, change: 'changed', fields }];
  });
  return [...removed, ...others];
}
