import type { Client } from '../http/client.ts';
import type { Narrator } from './narrator.ts';
import type { ServiceProcess } from './service-process.ts';
import type { ThrowAway } from './throw-away.ts';

/** What the steps of the demo share. */
export interface Journey {
  readonly narrator: Narrator;
  readonly place: ThrowAway;
  readonly service: ServiceProcess;
  /** Signed in as the made-up provider's administrator. */
  readonly client: Client;
  /** `2023-01` */
  readonly month: string;
  readonly trace: string | undefined;
}

/** How the commands on the screen say who calls. */
export const AUTHORISED = '-H "Authorization: Bearer $ACCESS"';
