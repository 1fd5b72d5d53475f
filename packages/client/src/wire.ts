// What the OpenAPI document says, as types. Nothing here is kept by hand: a call that the document does not know does not
// compile, and an answer has the shape of its status.
import type { paths } from './generated/api.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
type Path = keyof paths;

/** The paths that take this method. */
export type PathOf<M extends Method> = {
  [P in Path]: [paths[P][Lowercase<M>]] extends [undefined] ? never : P;
}[Path];

/** What the document says of one operation. */
export type Operation<M extends Method, P extends PathOf<M>> = NonNullable<paths[P][Lowercase<M>]>;

type Parameters<O> = O extends { parameters: infer All } ? All : never;
type Part<O, K extends 'path' | 'query'> =
  Parameters<O> extends { [Name in K]?: infer V } ? NonNullable<V> : never;

/** Digits in a parameter may be given as a number: the address holds text anyway. */
type Written<V> = { [Name in keyof V]: string extends V[Name] ? V[Name] | number : V[Name] };

type PartOption<Name extends 'path' | 'query', O> = [Part<O, Name>] extends [never]
  ? { readonly [N in Name]?: undefined }
  : Record<never, never> extends Part<O, Name>
    ? { readonly [N in Name]?: Written<Part<O, Name>> | undefined }
    : { readonly [N in Name]: Written<Part<O, Name>> };

type Content<B> = B extends { content: { 'application/json': infer Json } } ? Json : never;
/** The JSON body of an operation; never where it takes none. */
export type RequestBody<M extends Method, P extends PathOf<M>> = BodyOf<Operation<M, P>>;
type BodyOf<O> = O extends { requestBody: infer B }
  ? Content<B>
  : O extends { requestBody?: infer B }
    ? Content<NonNullable<B>>
    : never;

type BodyOption<O> = [BodyOf<O>] extends [never]
  ? { readonly body?: undefined }
  : O extends { requestBody: object }
    ? { readonly body: BodyOf<O> }
    : { readonly body?: BodyOf<O> | undefined };

/** For every call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the call with all its attempts; by itself that of the client. */
  readonly timeout?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** By itself one is made where the service takes one. Name your own to make the same change once over several processes. */
  readonly idempotencyKey?: string | undefined;
}

export type RequestOptions<M extends Method, P extends PathOf<M>> = CallOptions &
  PartOption<'path', Operation<M, P>> &
  PartOption<'query', Operation<M, P>> &
  BodyOption<Operation<M, P>>;

/** Options may be left out where none is required. */
export type OptionsOf<Options> =
  Record<never, never> extends Options ? [options?: Options] : [options: Options];

type Good = 200 | 201 | 202 | 204 | 206 | 304;
type Statuses<O> = O extends { responses: infer R } ? Extract<keyof R, Good> : never;
type DataOf<O, S> = O extends { responses: infer R }
  ? S extends keyof R
    ? R[S] extends { content: infer C }
      ? C extends { 'application/json': infer Json }
        ? Json
        : C extends { 'text/plain': unknown } | { 'text/html': unknown } | { 'text/markdown': unknown }
          ? string
          : Uint8Array<ArrayBuffer>
      : undefined
    : never
  : never;

/** A successful answer, told apart by its status. Every other status is thrown. */
export type Answer<M extends Method, P extends PathOf<M>> = AnswerOf<Operation<M, P>>;
type AnswerOf<O> = {
  [S in Statuses<O>]: { readonly status: S; readonly data: DataOf<O, S>; readonly headers: Headers };
}[Statuses<O>];

/** The JSON of an operation's answer, whichever successful status it has. */
export type Data<M extends Method, P extends PathOf<M>> = Answer<M, P>['data'];

/** One item of a paged list. */
export type ItemOf<P extends PathOf<'GET'>> =
  NonNullable<Data<'GET', P>> extends { items: readonly (infer Item)[] } ? Item : never;
/** What a paged list can be asked for. */
export type QueryOf<P extends PathOf<'GET'>> = Written<Part<Operation<'GET', P>, 'query'>>;
