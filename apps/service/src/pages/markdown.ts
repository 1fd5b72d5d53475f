import { Marked, Parser, Renderer, type Token, type Tokens } from 'marked';
import type { CallTo } from './calls.ts';
import { escaped } from './escaped.ts';
import { sameThing, type TrackBlock } from './same-thing.ts';

export interface Rendered {
  readonly html: string;
  /** The headings of the second level, for a table of contents. */
  readonly headings: readonly { readonly id: string; readonly text: string }[];
}

/** Where a link of a document leads on the site; undefined leaves its text without a link. */
export type LinkTo = (target: string) => string | undefined;

const reader = new Marked();

/**
 * Renders Markdown. What comes out is safe by construction: every text is escaped, HTML in the source is shown as text, links
 * lead where `linkTo` says and nowhere else, and images become their description. Fenced blocks that stand together and name a
 * track after the language (`sh curl`, `sh cli`, `ts sdk`) become one set of tabs. Code that is a call, such as
 * `GET /api/v1/quotas`, leads where `callTo` says.
 */
export function renderMarkdown(markdown: string, linkTo: LinkTo, callTo: CallTo = () => undefined): Rendered {
  const headings: { id: string; text: string }[] = [];
  const renderer = new PageRenderer(linkTo, callTo, headings);
  const parser = new Parser({ renderer });
  renderer.parser = parser;
  const tokens = reader.lexer(markdown);
  let html = '';
  let together: TrackBlock[] = [];
  let sets = 0;
  const finish = () => {
    if (together.length > 0) html += sameThing(together, `same-${++sets}`);
    together = [];
  };
  for (const token of tokens) {
    const track = token.type === 'code' ? trackOf(token as Tokens.Code) : undefined;
    if (track !== undefined) together.push(track);
    else if (token.type !== 'space') {
      finish();
      html += parser.parse([token]);
    }
  }
  finish();
  return { html, headings };
}

function trackOf({ lang = '', text }: Tokens.Code): TrackBlock | undefined {
  const [language = '', track] = lang.split(' ');
  if (track !== 'curl' && track !== 'cli' && track !== 'sdk') return undefined;
  return { track, html: codeBlock(language, text) };
}

function codeBlock(language: string, text: string): string {
  // Scrolls sideways, so the keyboard must reach it.
  const kind = language === 'text' ? 'answer' : 'code';
  return `<pre class="${kind}" tabindex="0"><code>${escaped(text)}\n</code></pre>\n`;
}

class PageRenderer extends Renderer {
  readonly #linkTo: LinkTo;
  readonly #callTo: CallTo;
  readonly #headings: { id: string; text: string }[];
  /** Within a link or a heading, which has one of its own, no further link may begin. */
  #plain = false;

  constructor(linkTo: LinkTo, callTo: CallTo, headings: { id: string; text: string }[]) {
    super();
    this.#linkTo = linkTo;
    this.#callTo = callTo;
    this.#headings = headings;
  }

  override html({ text }: Tokens.HTML | Tokens.Tag): string {
    return escaped(text);
  }

  override image({ text }: Tokens.Image): string {
    return escaped(text);
  }

  override code({ lang = '', text }: Tokens.Code): string {
    return codeBlock(lang.split(' ')[0]!, text);
  }

  override link({ href, tokens }: Tokens.Link): string {
    const text = this.#withoutCalls(tokens);
    const to = this.#linkTo(href);
    return to === undefined ? text : `<a href="${escaped(to)}">${text}</a>`;
  }

  override heading({ depth, text, tokens }: Tokens.Heading): string {
    const inner = this.#withoutCalls(tokens);
    const id = anchorOf(text);
    if (depth === 1) return `<h1>${inner}</h1>\n`;
    if (depth === 2) this.#headings.push({ id, text: text.replaceAll('`', '') });
    return `<h${depth} id="${id}">${inner} <a class="anchor" href="#${id}" aria-label="Link to this section">#</a></h${depth}>\n`;
  }

  override codespan({ text }: Tokens.Codespan): string {
    const call = this.#plain ? undefined : this.#callTo(text);
    const code = `<code>${breakable(text)}</code>`;
    return call === undefined ? code : `<a href="${escaped(call)}">${code}</a>`;
  }

  #withoutCalls(tokens: Tokens.Generic[]): string {
    const before = this.#plain;
    this.#plain = true;
    const inner = this.parser.parseInline(tokens as Token[]);
    this.#plain = before;
    return inner;
  }

  override table(token: Tokens.Table): string {
    return `<div class="table" role="region" aria-label="Table" tabindex="0">${super.table(token)}</div>\n`;
  }
}

/** Escaped, and a long path may go on in the next line behind its slashes rather than within a word. */
function breakable(code: string): string {
  return escaped(code).replaceAll(/(?<=[a-z0-9}])\/(?=[a-z{])/gi, '/<wbr>');
}

/** The same as the places that read these documents elsewhere make of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}
