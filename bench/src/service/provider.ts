import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';

/** The made-up provider that all is measured with. */
export const PROVIDER = { contract: '1012345', site: 'Site A', ruleSet: 'flex' } as const;

/** Writes the provisioning file and gives the administrator's API token. */
export async function writeProvisioning(path: string): Promise<string> {
  const token = `bench-${randomBytes(24).toString('base64url')}`;
  const declaration = {
    organisations: [
      {
        name: 'Acme Cloud',
        partnerId: 'P-1001',
        apiTokens: [{ name: 'bench', role: 'administrator', value: token }],
        contracts: [
          {
            number: PROVIDER.contract,
            family: 'RENTAL',
            currency: 'USD',
            minimumCommit: { quantity: '360', unit: 'points' },
            ruleSet: PROVIDER.ruleSet,
            sites: [{ name: PROVIDER.site, countryRegion: 'BG', postCode: '1000' }],
          },
        ],
      },
    ],
  };
  // JSON is YAML.
  await writeFile(path, JSON.stringify(declaration), { mode: 0o600 });
  return token;
}
