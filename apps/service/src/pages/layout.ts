import { escaped } from './escaped.ts';

export interface Page {
  readonly icon?: string;
  readonly title: string;
  /** The page's own address, marked in the navigation. */
  readonly address: string;
  /** What stands in the page, as HTML. */
  readonly body: string;
  readonly contents?: readonly { readonly id: string; readonly text: string }[];
  /** Addresses of further scripts and style sheets. */
  readonly scripts?: readonly string[];
  readonly styles?: readonly string[];
  /** Uses the whole width of the window. */
  readonly wide?: boolean;
}

export interface Link {
  readonly address: string;
  readonly title: string;
}

const places: readonly Link[] = [
  { address: '/docs', title: 'Start' },
  { address: '/docs/reference', title: 'Reference' },
  { address: '/docs/guides', title: 'Guides' },
  { address: '/docs/problems', title: 'Problems' },
];

/** A whole page. Everything it needs comes from here, and it can be read without its scripts. */
export function layout(page: Page): string {
  const { title, address, body, contents = [], scripts = [], styles = [], wide = false } = page;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)} · Meterhouse</title>
${page.icon === undefined ? '' : `<link rel="icon" href="${escaped(page.icon)}" type="image/svg+xml">`}
${styles.map((href) => `<link rel="stylesheet" href="${escaped(href)}">`).join('\n')}
${scripts.map((src) => `<script src="${escaped(src)}" defer></script>`).join('\n')}
</head>
<body${wide ? ' class="wide"' : ''}>
<a class="skip" href="#content">To the content</a>
<header><a class="name" href="/docs">Meterhouse</a><nav aria-label="Developer pages"><ul>${places
    .map(({ address: at, title: name }) => `<li><a href="${at}"${marked(at, address)}>${name}</a></li>`)
    .join('')}</ul></nav></header>
<div class="columns">
<main id="content">
${body}</main>
${contents.length > 2 ? tableOfContents(contents) : ''}</div>
</body>
</html>
`;
}

function marked(place: string, address: string): string {
  if (place === address) return ' aria-current="page"';
  return place !== '/docs' && address.startsWith(`${place}/`) ? ' aria-current="true"' : '';
}

function tableOfContents(headings: NonNullable<Page['contents']>): string {
  const items = headings.map(({ id, text }) => `<li><a href="#${id}">${escaped(text)}</a></li>`);
  return `<nav class="contents" aria-label="On this page"><p>On this page</p><ul>${items.join('')}</ul></nav>\n`;
}
