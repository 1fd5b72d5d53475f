import type { Call, Client } from '../http/client.ts';

/** An organisation to act in; one that is still to be made has no id until its step was carried out. */
export interface Place {
  readonly name: string;
  /** Whether it is that of those who run the service. */
  readonly operators: boolean;
  /** Whether the caller runs the service. */
  readonly byOperator: boolean;
  readonly id: () => string | undefined;
  readonly enter: (id: string) => void;
  /** Acts in the organisation. */
  readonly client: Client;
}

interface Known {
  readonly name: string;
  readonly id?: string;
  readonly operators?: boolean;
}

/** @param byOperator operators name the organisation in each call, everybody else is in their own */
export function placeOf(client: Client, { name, id, operators = false }: Known, byOperator: boolean): Place {
  let entered = id;
  const within = (call: Call = {}): Call =>
    byOperator && entered !== undefined
      ? { ...call, headers: { ...call.headers, 'meterhouse-organisation': entered } }
      : call;
  return {
    name,
    operators,
    byOperator,
    id: () => entered,
    enter: (made) => {
      entered = made;
    },
    client: {
      ...client,
      send: (path, call) => client.send(path, within(call)),
      json: (path, call) => client.json(path, within(call)),
    },
  };
}
