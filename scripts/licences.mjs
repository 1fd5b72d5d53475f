// Every installed package must carry a licence that may be used in an Apache-2.0 product, and docs/sbom.json must list what
// the lock file lists. `--write` writes the SBOM.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './node-24.mjs';

const accepted = new Set([
  'MIT',
  'Apache-2.0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
  'CC0-1.0',
  'Python-2.0',
]);
const sbomPath = join(projectRoot, 'docs', 'sbom.json');

const lock = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8'));
const packages = Object.entries(lock.packages)
  .filter(([path, entry]) => path.includes('node_modules/') && !entry.link)
  .map(([path, entry]) => ({
    path,
    name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    ...entry,
  }));

const faults = [];
for (const { path, name, version, license, peer, optional } of packages) {
  const stated = license ?? installedLicence(path);
  // Optional peers that nobody installs stay in the lock file without a licence.
  if (stated === undefined && (peer || optional)) continue;
  if (!isAccepted(stated))
    faults.push(
      `${name}@${version}: licence ${stated ?? 'unknown'} is not on the list in scripts/licences.mjs`,
    );
}

const sbom = `${JSON.stringify(
  {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', name: 'meterhouse', version: lock.version } },
    components: packages.map(({ name, version, license, integrity, dev, optional }) => ({
      type: 'library',
      name,
      version,
      purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
      scope: dev ? 'excluded' : optional ? 'optional' : 'required',
      ...(license && { licenses: [{ expression: license }] }),
      ...(integrity && {
        hashes: [
          {
            alg: 'SHA-512',
            content: Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex'),
          },
        ],
      }),
    })),
  },
  null,
  1,
)}\n`;
if (process.argv.includes('--write')) writeFileSync(sbomPath, sbom);
else if (!existsSync(sbomPath) || readFileSync(sbomPath, 'utf8') !== sbom) {
  faults.push(
    'docs/sbom.json does not list what package-lock.json lists: run `node scripts/licences.mjs --write`',
  );
}

for (const fault of faults) console.log(fault);
if (faults.length === 0) console.log(`${packages.length} packages, every licence accepted, SBOM up to date`);
process.exitCode = faults.length === 0 ? 0 : 1;

function installedLicence(path) {
  try {
    return JSON.parse(readFileSync(join(projectRoot, path, 'package.json'), 'utf8')).license;
  } catch {
    return undefined;
  }
}

/** An SPDX expression is accepted when one side of an OR, or both sides of an AND, are. */
function isAccepted(expression) {
  if (!expression) return false;
  const bare = expression.replace(/^\(|\)$/g, '');
  if (bare.includes(' OR ')) return bare.split(' OR ').some(isAccepted);
  if (bare.includes(' AND ')) return bare.split(' AND ').every(isAccepted);
  return accepted.has(bare);
}
