import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderMarkdown } from './markdown.ts';

const anywhere = (target: string) => target;

test('HTML in a document is shown as text, wherever it stands', () => {
  const hostile = [
    '<script>alert(1)</script>',
    'a <img src=x onerror=alert(1)> b',
    '`</code><script>`',
    '```sh "><script>\n</pre><script>alert(1)</script>\n```',
    '# <b onclick=x>t</b>',
    '| <i>a</i> |\n|---|\n| <script>x</script> |',
    '![<script>](x)',
    '[x](javascript:alert(1) "<script>")',
  ].join('\n\n');
  const { html } = renderMarkdown(hostile, (target) => (/^https:/.test(target) ? target : undefined));
  assert.doesNotMatch(html, /<(script|img|b |i>)/);
  assert.doesNotMatch(html, /href="javascript/);
  assert.match(html, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
});

test('a link leads where its page stands, and what has no page stays text', () => {
  const { html } = renderMarkdown('[one](a.md) [two](b.md)', (target) =>
    target === 'a.md' ? '/docs/a?x="y"' : undefined,
  );
  assert.equal(html, '<p><a href="/docs/a?x=&quot;y&quot;">one</a> two</p>\n');
});

test('headings have anchors, and the second level makes the table of contents', () => {
  const { html, headings } = renderMarkdown('# T\n\n## What `it` does, in short\n\n### Deeper\n', anywhere);
  assert.deepEqual(headings, [{ id: 'what-it-does-in-short', text: 'What it does, in short' }]);
  assert.match(html, /<h2 id="what-it-does-in-short">/);
  assert.match(html, /<h3 id="deeper">/);
});

test('blocks that stand together and name a track become tabs, first track first, each with its answers', () => {
  const { html } = renderMarkdown(
    '```sh curl\ncurl x\n```\n```text curl\n200\n```\n\n```sh cli\nmeterhouse x\n```\n\ntext\n\n```sh curl\ncurl y\n```\n',
    anywhere,
  );
  const sets = [...html.matchAll(/<fieldset.*?<\/fieldset>/gs)].map(([set]) => set);
  assert.equal(sets.length, 2);
  assert.deepEqual(
    [...sets[0]!.matchAll(/<label[^>]*>([^<]*)/g)].map(([, name]) => name),
    ['curl', 'Command line'],
  );
  assert.match(sets[0]!, /id="same-1-curl" value="curl" checked/);
  assert.match(sets[0]!, /curl x\n<\/code><\/pre>\n<pre class="answer" tabindex="0"><code>200/);
  assert.match(sets[1]!, /id="same-2-curl"/);
});

test('a call leads to its place, but not within a link; long paths break behind their slashes', () => {
  const callTo = (call: string) => (call === 'GET /api/v1/quotas' ? '/there' : undefined);
  const html = (markdown: string) => renderMarkdown(markdown, (target) => target, callTo).html;
  assert.equal(
    html('See `GET /api/v1/quotas`.'),
    '<p>See <a href="/there"><code>GET /api/<wbr>v1/<wbr>quotas</code></a>.</p>\n',
  );
  assert.equal(
    html('[`GET /api/v1/quotas`](/here)'),
    '<p><a href="/here"><code>GET /api/<wbr>v1/<wbr>quotas</code></a></p>\n',
  );
  assert.equal(html('`GET /api/v1/else`'), '<p><code>GET /api/<wbr>v1/<wbr>else</code></p>\n');
});
