/**
 * Walks over the JSON of one line: RFC 8259, with the space as the only character between tokens. That a line is spelled as it
 * must be is checked by who has read it; walking it first is what tells the faults apart.
 */
export class BadJson extends Error {}

const SPACE = 32;
const QUOTE = 34;
const BACKSLASH = 92;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
const ESCAPES: { readonly [letter: string]: string } = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

export class JsonCursor {
  /** Whether the last string held a control character, as it is or escaped. */
  control = false;
  #text = '';
  /** No escape and no control character in the whole line: a string ends at the next quote. */
  #plain = false;
  #at = 0;

  start(text: string): void {
    this.#text = text;
    this.#at = 0;
    this.#plain = !/[\p{Cc}\u2028\u2029\\]/u.test(text);
  }

  /** The next character that is no space, NaN at the end. */
  peek(): number {
    let code = this.#text.charCodeAt(this.#at);
    while (code === SPACE) code = this.#text.charCodeAt(++this.#at);
    return code;
  }

  accept(code: number): boolean {
    if (this.peek() !== code) return false;
    this.#at++;
    return true;
  }

  acceptText(text: string): boolean {
    this.peek();
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  expect(code: number, what: string): void {
    if (!this.accept(code)) throw this.#bad(`expected ${what}`);
  }

  /** Nothing may follow the object. */
  end(): void {
    if (!Number.isNaN(this.peek())) throw this.#bad('one object a line, and nothing after it');
  }

  atNumber(): boolean {
    const code = this.peek();
    return code === 45 || (code >= 48 && code <= 57);
  }

  /** A whole number of up to 15 digits as most are; undefined, and nothing taken, for every other value. */
  smallInteger(): number | undefined {
    const text = this.#text;
    let code = this.peek();
    const from = this.#at;
    let at = from;
    let value = 0;
    for (; code >= 48 && code <= 57; code = text.charCodeAt(++at)) value = value * 10 + (code - 48);
    const length = at - from;
    const more = code === 46 || code === 69 || code === 101;
    if (length === 0 || length > 15 || more || (length > 1 && text.charCodeAt(from) === 48)) return undefined;
    this.#at = at;
    return value;
  }

  /** The text of a number, as it is written. */
  number(): string {
    return this.#token(NUMBER, 'a number');
  }

  /** Reads a string. Sets `control`. */
  string(): string {
    if (this.peek() !== QUOTE) throw this.#bad('expected a string');
    const text = this.#text;
    const from = ++this.#at;
    this.control = false;
    if (this.#plain) {
      const end = text.indexOf('"', from);
      if (end < 0) throw this.#bad('a string does not end');
      this.#at = end + 1;
      return text.slice(from, end);
    }
    for (let at = from; ; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.#at = at + 1;
        return text.slice(from, at);
      }
      if (code === BACKSLASH) return this.#escaped(from, at);
      if (isControl(code)) this.control = true;
      else if (Number.isNaN(code)) throw this.#bad('a string does not end');
    }
  }

  /** Passes over one value of any type. Lists and objects are passed by their brackets: the line is refused anyhow. */
  skip(): void {
    let depth = 0;
    do {
      const code = this.peek();
      if (code === QUOTE) this.string();
      else if (this.atNumber()) this.number();
      else if (code === 91 || code === 123) {
        depth++;
        this.#at++;
      } else if (depth > 0 && (code === 93 || code === 125)) {
        depth--;
        this.#at++;
      } else if (depth > 0 && (code === 44 || code === 58)) this.#at++;
      else this.#token(LITERAL, 'a value');
    } while (depth > 0);
  }

  /** The rest of a string from its first backslash on. */
  #escaped(from: number, firstBackslash: number): string {
    const text = this.#text;
    let value = text.slice(from, firstBackslash);
    let at = firstBackslash;
    for (;;) {
      const code = text.charCodeAt(at);
      if (Number.isNaN(code)) throw this.#bad('a string does not end');
      if (code === QUOTE) break;
      if (code !== BACKSLASH) {
        if (isControl(code)) this.control = true;
        value += text[at++];
        continue;
      }
      const letter = text[at + 1] ?? '';
      const hex = letter === 'u' ? text.slice(at + 2, at + 6) : '';
      const character =
        letter === 'u'
          ? /^[0-9a-fA-F]{4}$/.test(hex) && String.fromCharCode(Number.parseInt(hex, 16))
          : ESCAPES[letter];
      if (!character) throw this.#bad('an escape that JSON does not know');
      if (isControl(character.charCodeAt(0))) this.control = true;
      value += character;
      at += letter === 'u' ? 6 : 2;
    }
    this.#at = at + 1;
    if (!value.isWellFormed()) throw this.#bad('half a surrogate pair is no character');
    return value;
  }

  #token(pattern: RegExp, what: string): string {
    this.peek();
    pattern.lastIndex = this.#at;
    const token = pattern.exec(this.#text)?.[0];
    if (token === undefined) throw this.#bad(`expected ${what}`);
    this.#at += token.length;
    return token;
  }

  #bad(message: string): BadJson {
    return new BadJson(`${message}, at character ${this.#at + 1}`);
  }
}

/** What names and labels must not hold: controls, and the separators of lines and paragraphs. */
function isControl(code: number): boolean {
  return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code === 0x2028 || code === 0x2029;
}
