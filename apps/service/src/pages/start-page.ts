import { escaped } from './escaped.ts';
import type { Page } from './layout.ts';
import { renderMarkdown } from './markdown.ts';
import type { Document } from './shelf.ts';

/** What is here, and the shortest way to a first report. */
export function startPage(shelf: readonly Document[]): Page {
  const inline = (markdown: string) => renderMarkdown(markdown, () => undefined).html;
  const card = (address: string, title: string, text: string) =>
    `<li class="card"><h3><a href="${address}">${escaped(title)}</a></h3>${text}</li>`;
  const guides = shelf
    .filter(({ kind }) => kind === 'guide')
    .map(({ address, title, summary }) => card(address, title, inline(summary)));
  const documents = shelf
    .filter(({ kind }) => kind === 'document')
    .map(({ address, title }) => `<li><a href="${address}">${escaped(title)}</a></li>`);
  const body = `<h1>Meterhouse for developers</h1>
<p class="lead">Usage meters send signed packages of measured hours in; monthly reports come out. Everything between is an HTTP call, a command or a line of TypeScript.</p>
<p>Do you run this service? <a href="/docs/operating">Operating</a> · <a href="/docs/configuration">Settings</a> · <a href="/docs/operating/backup">Backup and restore</a> · <a href="/docs/operating/what-to-do-when">What to do when</a> · <a href="/docs/command-line">Command line</a></p>
<p>Do you run a meter? <a href="/docs/meter/install">Installing one</a> · <a href="/docs/meter/settings">Settings</a> · <a href="/docs/meter/vsphere">vCenter</a> · <a href="/docs/meter/libvirt">libvirt</a> · <a href="/docs/meter/customers">Customers</a> · <a href="/docs/meter/privacy">Privacy</a> · <a href="/docs/meter/journal">Journal</a></p>

<h2>Five minutes to a first report</h2>
<ol class="steps">
<li><strong>Exchange the API token</strong> for an access token of 30 minutes. <code>POST /csp/gateway/am/api/auth/api-tokens/authorize</code></li>
<li><strong>Register a meter</strong> under a contract. <code>POST /usage/api/v1/agent-registrations</code></li>
<li><strong>Send a month of packages</strong>, each signed by the meter. <code>POST /usage/api/v1/agents/{agentId}/uploads</code></li>
<li><strong>List the month's reports.</strong> <code>GET /usage/api/v1/reports/2023/1</code></li>
<li><strong>Download one</strong> and check it. <code>GET /usage/api/v1/reports?ref=…</code></li>
</ol>
<p><a class="go" href="/docs/guides/first-report">Walk it with curl, the command line or the SDK</a></p>

<h2>What is here</h2>
<ul class="cards">
${card('/docs/reference', 'API reference', '<p>Every call with its fields, answers and refusals. Type a token in and try it against this service.</p>')}
${card('/openapi.json', 'OpenAPI document', '<p>The same for programs: OpenAPI 3.1, the source of the SDK’s types.</p>')}
${card('/docs/postman.json', 'Postman collection', '<p>Every call, importable. Set <code>apiToken</code>, run the exchange first.</p>')}
${card('/docs/problems', 'Problems', '<p>What each refusal means and what to do about it.</p>')}
</ul>

<h2>Guides</h2>
<ul class="cards">
${guides.join('\n')}
</ul>

<h2>Documents</h2>
<ul>
${documents.join('\n')}
</ul>
`;
  return { address: '/docs', title: 'Meterhouse for developers', body };
}
