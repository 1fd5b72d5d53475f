import type { Server } from 'node:https';
import type { Journal } from '../journal/index.ts';
import type { Time } from '../time/index.ts';
import {
  type ApiCertificate,
  DAY_MS,
  type GivenFiles,
  givenCertificate,
  ownCertificate,
  RENEW_MS,
} from './certificate.ts';

export interface ShownCertificate {
  current(): ApiCertificate;
  /** Looks once a day whether it is time for another one, and shows that from then on. */
  keep(server: Server): void;
  stop(): void;
}

/** @throws ApiSetUpError when the files that were given cannot be used */
export async function showCertificate(options: {
  readonly dir: string;
  readonly host: string;
  readonly given: GivenFiles | undefined;
  readonly time: Time;
  readonly journal: Journal;
}): Promise<ShownCertificate> {
  const { dir, host, given, time, journal } = options;
  const load = () => (given === undefined ? ownCertificate(dir, host, time.now()) : givenCertificate(given));
  let shown = await load();
  if (shown.made) tellNew(journal, shown);
  warnOfEnd(journal, shown, time.now());
  const stopping = new AbortController();

  async function lookEachDay(server: Server): Promise<void> {
    for (;;) {
      await time.sleep(DAY_MS, stopping.signal);
      try {
        const found = await load();
        if (found.fingerprint !== shown.fingerprint) {
          server.setSecureContext({ cert: found.cert, key: found.key, minVersion: 'TLSv1.2' });
          shown = found;
          tellNew(journal, shown);
        }
        warnOfEnd(journal, shown, time.now());
      } catch (error) {
        // The one that is shown stays; it is looked again tomorrow.
        journal.note({ code: 'api-certificate-ending', message: (error as Error).message });
      }
    }
  }

  return {
    current: () => shown,
    keep: (server) => void lookEachDay(server).catch(() => {}),
    stop: () => stopping.abort(),
  };
}

function tellNew(journal: Journal, { fingerprint, endsAt }: ApiCertificate): void {
  const until = new Date(endsAt).toISOString().slice(0, 10);
  journal.note({
    code: 'api-certificate-made',
    message: `The API shows a new certificate, good until ${until}: SHA-256 ${fingerprint}`,
  });
}

function warnOfEnd(journal: Journal, { endsAt }: ApiCertificate, now: number): void {
  if (endsAt - now > RENEW_MS) return;
  const until = new Date(endsAt).toISOString().slice(0, 10);
  journal.note({
    code: 'api-certificate-ending',
    message: `The API's certificate is good until ${until} only.`,
  });
}
