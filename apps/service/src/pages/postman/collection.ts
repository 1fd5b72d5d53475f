/** What we use of the Postman collection format, version 2.1. */
export interface Collection {
  readonly info: { readonly name: string; readonly description: string; readonly schema: string };
  readonly auth: Auth;
  readonly variable: readonly (KeyValue & { readonly type: 'string' | 'secret' })[];
  readonly item: readonly Folder[];
}

interface Folder {
  readonly name: string;
  readonly description?: string;
  readonly item: readonly Item[];
}

export interface Item {
  readonly name: string;
  readonly request: Request;
  readonly event?: readonly {
    readonly listen: 'test';
    readonly script: { readonly type: 'text/javascript'; readonly exec: readonly string[] };
  }[];
}

export interface Request {
  readonly method: string;
  readonly auth?: Auth;
  readonly header: readonly KeyValue[];
  readonly url: {
    readonly raw: string;
    readonly host: readonly string[];
    readonly path: readonly string[];
    readonly query?: readonly KeyValue[];
    readonly variable?: readonly KeyValue[];
  };
  readonly body?:
    | { readonly mode: 'raw'; readonly raw: string; readonly options: object }
    | { readonly mode: 'urlencoded'; readonly urlencoded: readonly KeyValue[] }
    | { readonly mode: 'file'; readonly file: { readonly src: string } };
  readonly description?: string;
}

interface KeyValue {
  readonly key: string;
  readonly value: string;
  readonly description?: string;
  readonly disabled?: boolean;
}

type Auth =
  | { readonly type: 'noauth' }
  | { readonly type: 'bearer'; readonly bearer: readonly (KeyValue & { readonly type: string })[] };
