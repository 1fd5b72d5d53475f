import type { Send } from '../calls/request.ts';
import type { CallOptions, Data, Method, Operation, PathOf, RequestBody } from '../wire.ts';

/** The one parameter of a path, where it has one. */
type Place<M extends Method, P extends PathOf<M>> =
  Operation<M, P> extends { parameters: { path: infer All extends object } } ? [at: All[keyof All]] : [];

/** An operation as a method: `(at?, options?)`. */
export function asks<M extends Method, P extends PathOf<M>>(
  send: Send,
  method: M,
  path: P,
): (...given: [...at: Place<M, P>, options?: CallOptions]) => Promise<Data<M, P>> {
  const at = placeIn(path);
  return async (...given) => {
    const options = given[at === undefined ? 0 : 1] as CallOptions | undefined;
    const { data } = await send(method, path, {
      ...options,
      path: at === undefined ? undefined : { [at]: given[0] },
    });
    return data as Data<M, P>;
  };
}

/** An operation that takes a body, as a method: `(at, body, options?)`. */
export function tells<M extends Method, P extends PathOf<M>>(
  send: Send,
  method: M,
  path: P,
): (at: Place<M, P>[0], body: RequestBody<M, P>, options?: CallOptions) => Promise<Data<M, P>> {
  const at = placeIn(path)!;
  return async (place, body, options) =>
    (await send(method, path, { ...options, path: { [at]: place }, body })).data as Data<M, P>;
}

const placeIn = (path: string) => /\{(\w+)\}/.exec(path)?.[1];
