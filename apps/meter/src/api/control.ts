/**
 * What the API may ask of the running meter, and nothing else: whoever wires the meter gives it this. Products go by their
 * configured names here; the numbers that clients see are the API's own affair (product-ids.ts).
 *
 * Every method may throw a ControlRefusal, whose words reach the caller; anything else that is thrown is an error of ours, is
 * logged, and tells the caller nothing. No answer holds a password or a token.
 */
import type { CustomerRule, PrivacySettings } from '../settings/index.ts';

export interface MeterControl {
  products(): Promise<readonly ProductView[]>;
  /**
   * Adds it to the settings, keeps its password, and begins to meter it.
   * @throws ControlRefusal `conflict` when the name or the address is taken, `invalid`
   */
  addProduct(product: NewProduct): Promise<ProductView>;
  /**
   * Changes what is given and activates it. A change of address or user without a password forgets the kept one.
   * @throws ControlRefusal `not-found`, `conflict`, `invalid`
   */
  changeProduct(name: string, change: ProductChange): Promise<ProductView>;
  /** Takes it out of the settings and forgets its password; what was metered stays. @throws ControlRefusal `not-found` */
  removeProduct(name: string): Promise<void>;

  /** Certificates that were seen, are not trusted, and wait for a person. */
  certificates(): Promise<readonly WaitingCertificate[]>;
  /**
   * @param fingerprint what the person saw; accepted or declined is this one and no other that came since
   * @throws ControlRefusal `not-found` when it does not wait (any more)
   */
  decideCertificate(product: string, fingerprint: string, accepted: boolean): Promise<void>;

  rules(): Promise<readonly CustomerRule[]>;
  /** All of them or none. @throws ControlRefusal `conflict` (a rule of the same target), `invalid` */
  addRules(rules: readonly Omit<CustomerRule, 'id'>[]): Promise<readonly CustomerRule[]>;
  /** All of them or none; gives those that were renamed. @throws ControlRefusal `not-found`, `invalid` */
  renameRules(
    names: readonly { readonly id: number; readonly name: string }[],
  ): Promise<readonly CustomerRule[]>;
  /** All of them or none. @throws ControlRefusal `not-found` */
  removeRules(ids: readonly number[]): Promise<void>;
  /** Every row; the API cuts where the caller gave a limit. @throws ControlRefusal `unavailable` before the first inventory */
  auditRules(report: RulesReport, product: string | undefined): Promise<RulesAudit>;

  privacy(): Promise<PrivacyView>;
  /** From the next month's start, or at once when forced. @throws ControlRefusal `invalid` */
  changePrivacy(settings: PrivacySettings, force: boolean): Promise<PrivacyView>;
  /**
   * Gives a report back with names: reads the file at `from`, of whichever report and rendition, and writes the one at `to`.
   * @throws ControlRefusal `invalid` when it is no report
   */
  deanonymise(from: string, to: string): Promise<void>;

  /** The package files that hold the month (`2023-01`), in the order of the chain; none when there are none. */
  usageData(month: string): Promise<readonly UsageDataFile[]>;

  cloudAuth(): Promise<CloudAuth>;
  /** Activates the meter with a token of its service. @throws ControlRefusal `invalid`, `refused`, `unavailable` */
  activate(token: string): Promise<void>;

  status(): Promise<MeterStatus>;
}

export interface ProductView {
  readonly name: string;
  readonly type: 'vCenter' | 'libvirt';
  readonly address: string;
  /** 0 where the address says it all. */
  readonly port: number;
  readonly user: string;
  readonly state: 'starting' | 'reached' | 'unreachable' | 'needs-person' | 'paused';
  /** Milliseconds since the epoch of the last change of state. */
  readonly stateSince: number;
  /** Why it is unreachable or needs a person, for people; no secret. */
  readonly reason: string | undefined;
  /** Milliseconds since the epoch when its settings were changed last, or read. */
  readonly changedAt: number;
  /** As the product told; undefined until it was reached. */
  readonly instanceId: string | undefined;
  readonly version: string | undefined;
  /** Milliseconds since the epoch up to which everything is known, by the product's clock. */
  readonly seenUntil: number | undefined;
  readonly skewSeconds: number | undefined;
  /** Of the collector, since the start. */
  readonly requests: number;
  readonly bytes: number;
}

export interface NewProduct {
  /** `[a-z0-9-]{1,64}` */
  readonly name: string;
  readonly type: 'vCenter' | 'libvirt';
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Undefined for libvirt where the connection asks for none. */
  readonly password: string | undefined;
}

export interface ProductChange {
  readonly address?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
}

export interface WaitingCertificate {
  readonly product: string;
  /** SHA-256, 64 hexadecimal digits. */
  readonly fingerprint: string;
  /** What it says, where the collector kept that. */
  readonly subject?: string;
  readonly issuer?: string;
  readonly serial?: string;
  /** Milliseconds since the epoch. */
  readonly validFrom?: number;
  readonly validTo?: number;
}

export type RulesReport = 'mappedVMs' | 'unmappedVMs' | 'unmappedRules' | 'overlappedRules';

export interface RulesAudit {
  /** Milliseconds since the epoch of the inventory that it was made from. */
  readonly at: number;
  readonly columns: readonly string[];
  /** One value a column. */
  readonly rows: AsyncIterable<readonly string[]> | Iterable<readonly string[]>;
}

export interface PrivacyView {
  readonly now: PrivacySettings;
  /** What takes effect later, and when (milliseconds since the epoch); undefined when nothing waits. */
  readonly next: { readonly from: number; readonly settings: PrivacySettings } | undefined;
}

export interface UsageDataFile {
  /** A file's name without folders, as `meterhouse uploads send` takes it. */
  readonly name: string;
  /** Where it is, and where it goes when it is sent meanwhile; the first one that is there is read. */
  readonly paths: readonly string[];
}

export interface CloudAuth {
  /** Undefined for an OFFLINE meter. */
  readonly service: string | undefined;
  /** Ids of the service; undefined until the meter is activated. */
  readonly organisation: string | undefined;
  readonly registration: string | undefined;
  readonly epoch: number | undefined;
}

export interface MeterStatus {
  /** UUID of the meter. */
  readonly agent: string;
  /** Numbers and dots. */
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly products: readonly ProductView[];
  /** Closed hours that no package holds yet. */
  readonly hoursWaiting: number;
  /** True when the service is to be sent to; packages of an OFFLINE meter wait for a person and are not late. */
  readonly online: boolean;
  readonly packagesUnsent: number;
  /** Milliseconds since the epoch when the oldest unsent package was made. */
  readonly oldestUnsentAt: number | undefined;
  readonly spoolBytes: number;
  readonly spoolLimitBytes: number;
}

/**
 * `invalid`: what was asked makes no sense, every fault in `faults`. `conflict`: it is there already. `not-found`. `refused`:
 * the service said no. `unavailable`: not now, try again later.
 */
export type ControlRefusalCode = 'invalid' | 'conflict' | 'not-found' | 'refused' | 'unavailable';

/** The meter says no, in words for the caller: what, where and what to do, and never a secret. */
export class ControlRefusal extends Error {
  readonly code: ControlRefusalCode;
  readonly faults: readonly string[];

  constructor(
    code: ControlRefusalCode,
    message: string,
    options: { readonly faults?: readonly string[]; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'ControlRefusal';
    this.code = code;
    this.faults = options.faults ?? [];
  }
}
