import { readdirSync, readFileSync } from 'node:fs';

/** A document of the checkout's `docs` folder that has an address of its own. */
export interface Document {
  /** Where it opens, such as `/docs/guides/monthly-automation`. */
  readonly address: string;
  readonly kind: 'guide' | 'document' | 'problem';
  /** Its file, as a path within `docs`. */
  readonly file: string;
  /** Its name without folder and ending; of a problem, its code. */
  readonly name: string;
  readonly title: string;
  /** The first paragraph, as Markdown on one line. */
  readonly summary: string;
  readonly markdown: string;
}

const docs = new URL('../../../../docs/', import.meta.url);

/** The order in which a newcomer needs them; a guide that is not named here comes last. */
const guideOrder = ['first-report', 'monthly-automation', 'offline-meters', 'from-the-vendor'];

/** Every document with an address, read once: they are part of the release and do not change while it runs. */
export function readShelf(): readonly Document[] {
  const place = ({ name }: Document) => (guideOrder.indexOf(name) + guideOrder.length) % guideOrder.length;
  return [
    ...read('guides/', '/docs/guides/', 'guide').sort((a, b) => place(a) - place(b)),
    ...read('', '/docs/', 'document').filter(({ name }) => name !== 'README'),
    ...read('meter/', '/docs/meter/', 'document'),
    ...read('operating/', '/docs/operating/', 'document'),
    ...read('problems/', '/docs/problems/', 'problem'),
  ];
}

function read(folder: string, base: string, kind: Document['kind']): Document[] {
  return readdirSync(new URL(folder, docs))
    .filter((file) => file.endsWith('.md'))
    .sort()
    .map((file) => {
      const name = file.slice(0, -'.md'.length);
      const markdown = readFileSync(new URL(folder + file, docs), 'utf8');
      const [heading = '', ...rest] = markdown.split(/\n{2,}/);
      const summary = rest.find((part) => /^[A-Za-z*[]/.test(part)) ?? '';
      return {
        address: base + name,
        kind,
        file: folder + file,
        name,
        title: heading.replace(/^# /, '').split('\n')[0]!,
        summary: summary.replaceAll('\n', ' '),
        markdown,
      };
    });
}
