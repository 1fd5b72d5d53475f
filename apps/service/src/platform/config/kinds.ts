import { isAbsolute, resolve } from 'node:path';

/** A value that a text does not express; the message completes "`--name` …". */
export class NotThisKind extends Error {}

/** How a setting's text is read, and what a person is told to write. */
export interface Kind<Value> {
  /** Shown in the help: `HOST:PORT`, `SIZE`. Flags without a value have none. */
  readonly placeholder?: string;
  /** @throws NotThisKind */
  read(text: string): Value;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

const mustBe = (what: string) => new NotThisKind(`must be ${what}`);

export const text: Kind<string> = {
  placeholder: 'TEXT',
  read: (value) => {
    if (value === '') throw new NotThisKind('must not be empty');
    return value;
  },
};

/** A file or folder, from the working directory; given as an absolute path. */
export const path: Kind<string> = {
  placeholder: 'PATH',
  read: (value) => (isAbsolute(value) ? value : resolve(text.read(value))),
};

export const flag: Kind<boolean> = {
  read: (value) => {
    if (value === 'true' || value === 'false') return value === 'true';
    throw mustBe('true or false');
  },
};

export function whole(least: number, most: number): Kind<number> {
  return {
    placeholder: 'N',
    read: (value) => {
      const number = Number(value);
      if (!/^\d+$/.test(value) || number < least || number > most)
        throw mustBe(`a whole number from ${least} to ${most}`);
      return number;
    },
  };
}

export function oneOf<const Choice extends string>(...choices: readonly Choice[]): Kind<Choice> {
  return {
    placeholder: choices.join('|'),
    read: (value) => {
      const choice = choices.find((each) => each === value);
      if (choice === undefined) throw mustBe(`one of ${choices.join(', ')}`);
      return choice;
    },
  };
}

const sizes = { '': 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;
/** Bytes. */
export const size: Kind<number> = {
  placeholder: 'SIZE',
  read: (value) => {
    const [, digits, unit = ''] = /^(\d+) ?(KiB|MiB|GiB|TiB)?$/.exec(value) ?? [];
    const bytes = Number(digits) * sizes[unit as keyof typeof sizes];
    if (!Number.isSafeInteger(bytes)) throw mustBe('a size such as 512MiB or 1GiB');
    return bytes;
  },
};

const spans = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const;
/** Seconds, more than 0. */
export const duration: Kind<number> = {
  placeholder: 'TIME',
  read: (value) => {
    const [, digits, unit = 's'] = /^(\d+) ?(ms|s|m|h|d)$/.exec(value) ?? [];
    const seconds = Number(digits) * spans[unit as keyof typeof spans];
    if (!(seconds > 0)) throw mustBe('a time such as 30s, 10m or 2h');
    return seconds;
  },
};

/** `127.0.0.1:8390`, `[::1]:8390`, `:8390` (loopback) or `8390`. Port 0 takes a free one. */
export const address: Kind<Address> = {
  placeholder: 'HOST:PORT',
  read: (value) => {
    const [, bracketed, plain, digits] =
      /^(?:(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/\s]*)):)?(\d{1,5})$/.exec(value) ?? [];
    const port = Number(digits);
    if (!(port <= 65_535)) throw mustBe('HOST:PORT such as 127.0.0.1:8390');
    return { host: bracketed ?? (plain || '127.0.0.1'), port };
  },
};

/** An `http:` or `https:` address without query or fragment, given without a slash at its end. */
export const webAddress: Kind<string> = {
  placeholder: 'URL',
  read: (value) => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol) || url.search + url.hash + url.username !== '')
      throw mustBe('an http or https address such as https://meterhouse.example');
    return url.href.replace(/\/+$/, '');
  },
};

/** What a browser says in `Origin`: scheme, host and port, nothing behind them. */
export const webOrigins: Kind<readonly string[]> = {
  placeholder: 'ORIGIN,…',
  read: (value) =>
    value.split(',').map((one) => {
      const text = one.trim();
      const url = URL.canParse(text) ? new URL(text) : undefined;
      if (url === undefined || !/^https?:$/.test(url.protocol) || url.origin !== text)
        throw mustBe('origins such as https://portal.example, with commas between them');
      return text;
    }),
};

export const postgresAddress: Kind<string> = {
  placeholder: 'URL',
  read: (value) => {
    if (!/^postgres(ql)?:\/\//.test(value))
      throw mustBe('a PostgreSQL address: postgresql://user@host/database');
    return value;
  },
};
