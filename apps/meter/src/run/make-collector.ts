import { createLibvirtCollector } from '../collectors/libvirt/index.ts';
import { createVsphereCollector } from '../collectors/vsphere/index.ts';
import type { Collector } from '../inventory/index.ts';
import type { Journal } from '../journal/index.ts';
import type { LicenseRule, ProductSettings } from '../settings/index.ts';
import type { Time } from '../time/index.ts';

export interface CollectorOptions {
  readonly product: ProductSettings;
  readonly licenses: readonly LicenseRule[];
  readonly time: Time;
  readonly journal: Journal;
  /** @throws CollectorFailure `password-missing` */
  readonly password: () => Promise<string>;
}

export type MakeCollector = (options: CollectorOptions) => Collector;

/** The collector of each type of product. The next one is a folder of `collectors/` and a line here. */
export const makeCollector: MakeCollector = (options) => {
  switch (options.product.type) {
    case 'libvirt':
      return createLibvirtCollector(options);
    case 'vCenter':
      return createVsphereCollector(options);
  }
};
