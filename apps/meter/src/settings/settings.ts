/** What `meter.yaml` says, read once, checked whole and frozen. Passwords are never in it. */
import type { LicenseCategory } from '@meterhouse/contract';
import type { PlaceType } from '../inventory/index.ts';

export interface MeterSettings {
  /** Base address of the service; undefined for an OFFLINE meter, whose packages a person carries. */
  readonly service: string | undefined;
  /** PEM file of an authority to trust for the service. */
  readonly serviceCaFile: string | undefined;
  /** Take customers' rules from the service too; false without a service. */
  readonly rulesFromService: boolean;
  readonly products: readonly ProductSettings[];
  readonly licenses: readonly LicenseRule[];
  readonly customers: readonly CustomerRule[];
  readonly privacy: PrivacySettings;
  readonly spool: SpoolSettings;
  readonly upload: UploadSettings;
  readonly api: ApiSettings;
}

export interface ProductSettings {
  /** A person's name for it: `[a-z0-9-]{1,64}`, each once. The password is kept under it. */
  readonly name: string;
  readonly type: 'vCenter' | 'libvirt';
  /** vCenter: host name or address. libvirt: the connection URI, such as `qemu+ssh://meter@host/system` or `test:///default`. */
  readonly address: string;
  /** 0 for libvirt, whose address says it all. */
  readonly port: number;
  /** Empty for libvirt where the connection asks for none. */
  readonly user: string;
  /** SHA-256 of the server's certificate that a person accepted, 64 hexadecimal digits; undefined: the chain must be trusted. */
  readonly fingerprint: string | undefined;
  /** PEM file of an authority to trust for it. */
  readonly caFile: string | undefined;
  /** Seconds between two looks at most, 1 to 60. */
  readonly poll: number;
  /** Paused products are not metered and not expected. */
  readonly paused: boolean;
}

/** Says what a licence key stands for, where the product does not: by its last five characters. */
export interface LicenseRule {
  readonly key: string;
  readonly category: LicenseCategory;
  readonly edition?: string;
  readonly sku?: string;
}

export interface CustomerRule {
  readonly id: number;
  /** The customer's label, 1 to 170 characters. */
  readonly name: string;
  readonly productType: 'vCenter' | 'VCD' | 'libvirt';
  /** Name or instance UUID (lower case) of the product. */
  readonly productId: string;
  /** Its id in the product, or its path from the top, which begins with `/`: `/DC0/vm/Acme`. */
  readonly targetId: string;
  readonly targetType: PlaceType;
}

export type NameTreatment = 'hashed' | 'redacted' | 'plain';

export interface PrivacySettings {
  readonly vm: NameTreatment;
  readonly host: NameTreatment;
  readonly cluster: NameTreatment;
  readonly customer: NameTreatment;
  /** Masked but for the last five characters, or whole. */
  readonly license: 'masked' | 'plain';
}

export interface SpoolSettings {
  /** Bytes that packages and waiting hours may take. */
  readonly limitBytes: number;
  /** Warn from this part of the limit on, 0 to 1. */
  readonly warnAt: number;
  /** Days that packages are kept after the service took them. */
  readonly keepDays: number;
}

export interface UploadSettings {
  /** Seconds between packages at most. */
  readonly interval: number;
  /** Up to so many seconds are added by chance, so that meters do not all come at the full hour. */
  readonly jitter: number;
}

export interface ApiSettings {
  /** `host:port` to listen on; undefined: no API. */
  readonly listen: string | undefined;
  /** PEM files; without them a certificate is made. */
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
}
