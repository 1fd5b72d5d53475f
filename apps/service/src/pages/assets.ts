import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

export interface Asset {
  /** Names its bytes, so that it may be kept for ever: `/docs/assets/pages-1f0c2b3a4d5e.css`. */
  readonly address: string;
  readonly type: string;
  readonly bytes: Buffer;
  /** Packed at the first use, then kept: the reference is 1.7 MB of script, 0.5 MB packed. */
  packed(): Buffer;
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const own = (name: string) => fileURLToPath(new URL(`assets/${name}`, import.meta.url));
const ofSwaggerUi = (name: string) => fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`));

/** The scripts and style sheets of the pages; no other file can be asked for. */
export function readAssets() {
  return {
    icon: asset(own('icon.svg')),
    pagesCss: asset(own('pages.css')),
    pagesJs: asset(own('pages.js')),
    referenceCss: asset(own('reference.css')),
    referenceJs: asset(own('reference.js')),
    swaggerUiCss: asset(ofSwaggerUi('swagger-ui.css')),
    swaggerUiJs: asset(ofSwaggerUi('swagger-ui-bundle.js')),
  };
}

function asset(file: string): Asset {
  // The library's own maps are not served: without this line a browser's tools do not ask for them.
  const text = readFileSync(file, 'utf8').replace(
    /\n?(?:\/\/|\/\*)# sourceMappingURL=\S+(?: \*\/)?\s*$/,
    '\n',
  );
  const bytes = Buffer.from(text);
  const ending = extname(file);
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  let packed: Buffer | undefined;
  return {
    address: `/docs/assets/${basename(file, ending)}-${digest}${ending}`,
    type: types[ending]!,
    bytes,
    packed: () => (packed ??= gzipSync(bytes, { level: 9 })),
  };
}
