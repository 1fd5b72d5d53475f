import { posix } from 'node:path';
import { problems } from '@meterhouse/contract';
import type { readAssets } from './assets.ts';
import { type CallTo, readCalls } from './calls.ts';
import { escaped } from './escaped.ts';
import { layout, type Page } from './layout.ts';
import { type LinkTo, renderMarkdown } from './markdown.ts';
import { type Document, readShelf } from './shelf.ts';
import { startPage } from './start-page.ts';

/** Every page by its address, as HTML. */
export function makePages(assets: ReturnType<typeof readAssets>): ReadonlyMap<string, string> {
  const shelf = readShelf();
  const callTo = readCalls();
  const common = commonTo(assets);
  const { icon } = common;
  const pages: Page[] = [
    startPage(shelf),
    index('/docs/guides', 'Guides', shelf, 'guide'),
    problemIndex(shelf),
    ...shelf.map((document) => pageOf(document, shelf, callTo)),
  ];
  const reference = layout({
    icon,
    title: 'API reference',
    address: '/docs/reference',
    wide: true,
    styles: [assets.swaggerUiCss.address, assets.pagesCss.address, assets.referenceCss.address],
    scripts: [assets.swaggerUiJs.address, assets.referenceJs.address],
    body: `<h1 class="unseen">API reference</h1>
<div id="reference"><p class="waiting">The reference is made by a script from <a href="/openapi.json">the OpenAPI document</a>, which can be read without.</p></div>
`,
  });
  return new Map([
    ...pages.map((page) => [page.address, layout({ ...common, ...page })] as const),
    ['/docs/reference', reference],
  ]);
}

/** What stands at an address below `/docs` that has no page. */
export function makeMissingPage(assets: ReturnType<typeof readAssets>): string {
  const body = `<h1>There is no such page</h1>
<p>Nothing of Meterhouse's pages is at this address. It may have been mistyped, or belong to another version.</p>
<ul>
<li><a href="/docs">Back to the start</a></li>
<li><a href="/docs/reference">API reference</a></li>
<li><a href="/docs/guides">Guides</a></li>
<li><a href="/docs/problems">Problems</a></li>
</ul>
`;
  return layout({ ...commonTo(assets), address: '', title: 'No such page', body });
}

function commonTo({ icon, pagesCss, pagesJs }: ReturnType<typeof readAssets>) {
  return { icon: icon.address, styles: [pagesCss.address], scripts: [pagesJs.address] };
}

function pageOf(document: Document, shelf: readonly Document[], callTo: CallTo): Page {
  const { address, title, markdown, file } = document;
  const { html, headings } = renderMarkdown(markdown, linksFrom(file, shelf), callTo);
  return { address, title, contents: headings, body: html };
}

/** Links between documents follow their files; what is no document of the shelf stays text. */
function linksFrom(file: string, shelf: readonly Document[]): LinkTo {
  return (target) => {
    if (/^https?:\/\//.test(target)) return target;
    if (target.startsWith('#')) return target;
    if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(target)) return undefined;
    if (target.startsWith('/')) return target;
    const [path = '', heading] = target.split('#');
    const to = posix.normalize(posix.join(posix.dirname(file), path));
    if (to === 'openapi.json') return '/openapi.json';
    if (to === 'postman.json') return '/docs/postman.json';
    if (to === 'problems' || to === 'problems/') return '/docs/problems';
    if (to === 'README.md') return '/docs';
    const known = shelf.find((document) => document.file === to);
    if (known === undefined) return undefined;
    return known.address + (heading === undefined ? '' : `#${heading}`);
  };
}

function index(address: string, title: string, shelf: readonly Document[], kind: Document['kind']): Page {
  const items = shelf
    .filter((document) => document.kind === kind)
    .map((document) => {
      const { html } = renderMarkdown(document.summary, linksFrom(document.file, shelf));
      return `<li class="card"><h2><a href="${document.address}">${escaped(document.title)}</a></h2>${html}</li>`;
    });
  return { address, title, body: `<h1>${title}</h1>\n<ul class="cards">${items.join('\n')}</ul>\n` };
}

function problemIndex(shelf: readonly Document[]): Page {
  const known = problems as Readonly<Record<string, { readonly status: number; readonly title: string }>>;
  const rows = shelf
    .filter(({ kind, name }) => kind === 'problem' && Object.hasOwn(known, name))
    .map(({ name, address }) => {
      const { status, title } = known[name]!;
      return `<tr><td>${status}</td><td><a href="${address}"><code>${name}</code></a></td><td>${escaped(title)}</td></tr>`;
    });
  const body = `<h1>Problems</h1>
<p>Every refusal is a document of the type <code>application/problem+json</code> (RFC 9457). Its <code>code</code> never changes; its <code>type</code> opens the page that says what it means and what to do. The paths that answer in another, published shape are the token gateway and the token endpoint.</p>
<div class="table" role="region" aria-label="Problems" tabindex="0"><table><thead><tr><th>Status</th><th>Code</th><th>Title</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table></div>
`;
  return { address: '/docs/problems', title: 'Problems', body };
}
