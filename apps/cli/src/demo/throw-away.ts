import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Everything of one demo: made at its start, removed at its end. */
export interface ThrowAway {
  readonly root: string;
  readonly data: string;
  readonly meter: string;
  readonly packages: string;
  readonly reports: string;
  readonly provision: string;
  /** The API token of the made-up provider. It opens nothing but this demo, so it may be shown. */
  readonly token: string;
  readonly agent: string;
  remove(): Promise<void>;
}

export const PROVIDER = {
  name: 'Acme Cloud',
  partnerId: 'P-1001',
  contract: '1012345',
  site: 'Site A',
} as const;

export async function makeThrowAway(): Promise<ThrowAway> {
  const root = await mkdtemp(join(tmpdir(), 'meterhouse-demo-'));
  const token = `demo-${randomBytes(24).toString('base64url')}`;
  const { stringify } = await import('yaml');
  const declaration = {
    organisations: [
      {
        name: PROVIDER.name,
        partnerId: PROVIDER.partnerId,
        apiTokens: [{ name: 'demo', role: 'administrator', value: token }],
        contracts: [
          {
            number: PROVIDER.contract,
            family: 'RENTAL',
            currency: 'USD',
            minimumCommit: { quantity: '360', unit: 'points' },
            ruleSet: 'flex',
            sites: [{ name: PROVIDER.site, countryRegion: 'BG', postCode: '1000' }],
          },
        ],
      },
    ],
  };
  const provision = join(root, 'provider.yaml');
  await writeFile(provision, stringify(declaration), { mode: 0o600 });
  return {
    root,
    data: join(root, 'data'),
    meter: join(root, 'meter'),
    packages: join(root, 'packages'),
    reports: join(root, 'reports'),
    provision,
    token,
    agent: randomUUID(),
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}
