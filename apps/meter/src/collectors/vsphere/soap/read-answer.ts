/**
 * Reads an answer as it comes in. The answer to a full inventory has hundreds of megabytes and is never one string or tree: each
 * element of the name that was asked for is handed over as soon as it is whole, and forgotten.
 */
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { XmlElement } from './xml-element.ts';

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
/** No answer of vim25 nests deeper; one that does is not meant for us. */
const DEEPEST = 200;
/** Characters that are held at once: the largest event or object has some ten thousand. */
const MOST_HELD = 2_000_000;
/** What an element takes of it: a hundred bytes. */
const ELEMENT = 10;

export class AnswerError extends Error {}

export interface Each {
  /** Local name of the elements to hand over. */
  readonly name: string;
  take(element: XmlElement): void;
}

/**
 * @param chunks UTF-8, cut anywhere
 * @param each these elements are handed over and are not part of what is returned
 * @returns the root of what is left
 * @throws AnswerError when it is no XML, or ends too early, or holds more at once than an answer can
 */
export async function readAnswer(chunks: AsyncIterable<Uint8Array>, each?: Each): Promise<XmlElement> {
  const reader = new AnswerReader(each);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of chunks) reader.write(decode(decoder, chunk));
  reader.write(decode(decoder));
  return reader.end();
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk?: Uint8Array): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (error) {
    throw new AnswerError('The answer is not UTF-8.', { cause: error });
  }
}

class AnswerReader {
  readonly #parser = new SaxesParser({ xmlns: true, position: false });
  readonly #open: XmlElement[] = [];
  readonly #each: Each | undefined;
  #root: XmlElement | undefined;
  #held = 0;
  /** What was held when the element to hand over began. */
  #heldBefore = 0;
  #inside = 0;
  /** Characters since the parser said something: it keeps a text or a comment to itself until that ends. */
  #silent = 0;

  constructor(each: Each | undefined) {
    this.#each = each;
    const parser = this.#parser;
    parser.on('error', (error) => {
      throw new AnswerError(`The answer is not XML: ${error.message}`);
    });
    parser.on('opentag', (tag) => this.#begin(tag));
    parser.on('closetag', () => this.#end());
    parser.on('text', (text) => this.#text(text));
    parser.on('cdata', (text) => this.#text(text));
  }

  write(text: string): void {
    if (text === '') return;
    this.#silent += text.length;
    this.#parser.write(text);
    if (this.#silent > MOST_HELD) throw tooMuch();
  }

  end(): XmlElement {
    this.#parser.close();
    if (this.#root === undefined || this.#open.length > 0)
      throw new AnswerError('The answer ends in the middle.');
    return this.#root;
  }

  #begin(tag: SaxesTagNS): void {
    this.#silent = 0;
    let type = '';
    let ref = '';
    for (const name in tag.attributes) {
      const { uri, local, value } = tag.attributes[name]!;
      if (local !== 'type') continue;
      if (uri === XSI) type = value.slice(value.indexOf(':') + 1);
      else if (uri === '') ref = value;
    }
    if (this.#open.length >= DEEPEST) throw new AnswerError(`The answer nests deeper than ${DEEPEST}.`);
    if (this.#inside === 0 && tag.local === this.#each?.name) {
      this.#inside = this.#open.length + 1;
      this.#heldBefore = this.#held;
    }
    this.#open.push(new XmlElement(tag.local, type, ref));
    this.#hold(ELEMENT);
  }

  #text(text: string): void {
    const element = this.#open.at(-1);
    if (element === undefined) return;
    element.text += text;
    this.#hold(text.length);
  }

  #end(): void {
    this.#silent = 0;
    const element = this.#open.pop()!;
    if (this.#inside === this.#open.length + 1) {
      this.#inside = 0;
      this.#held = this.#heldBefore;
      this.#each!.take(element);
      return;
    }
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root = element;
    else if (parent.children === undefined) parent.children = [element];
    else parent.children.push(element);
  }

  #hold(more: number): void {
    this.#held += more;
    if (this.#held > MOST_HELD) throw tooMuch();
  }
}

function tooMuch(): AnswerError {
  return new AnswerError('The answer holds more at once than a vCenter ever says.');
}
