export interface Vcenter {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly fingerprint: string;
}

/** What a process of this measure is to do; with `hold` it keeps what it collected and goes on watching for so many seconds. */
export interface CollectOrder {
  readonly does: 'collect' | 'bare';
  readonly vcenter: Vcenter;
  readonly hold?: number;
}

export interface CollectTold {
  readonly seconds: number;
  readonly machines: number;
  readonly bytes: number;
}
