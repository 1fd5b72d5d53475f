/** A part of an OpenAPI document, as far as we look into it. */
export interface Described {
  readonly [key: string]: unknown;
}

export interface DescribedMedia extends Described {
  readonly schema?: Described;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, unknown>>;
}

export interface DescribedAnswer extends Described {
  readonly description?: string;
  readonly headers?: Readonly<Record<string, Described>>;
  readonly content?: Readonly<Record<string, DescribedMedia>>;
}

export interface DescribedParameter extends Described {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly example?: unknown;
  readonly schema?: Described;
}

export interface DescribedOperation extends Described {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly DescribedParameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, DescribedMedia>> };
  readonly responses: Readonly<Record<string, DescribedAnswer>>;
}

export interface DescribedDocument extends Described {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly tags?: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
}
