import { BlockList, isIP } from 'node:net';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export const USUAL_LISTEN = '127.0.0.1:8443';

/** `host:port`, an IPv6 address in brackets. Undefined when it is none. */
export function parseListen(text: string): ListenAddress | undefined {
  const parts = /^(?:\[([0-9a-f:.]+)\]|([A-Za-z0-9.-]{1,253})):([0-9]{1,5})$/i.exec(text);
  if (parts === null) return undefined;
  const [, six, host, port] = parts;
  if (Number(port) > 65_535 || (six !== undefined && isIP(six) !== 6)) return undefined;
  return { host: six ?? host!, port: Number(port) };
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether an address is the machine's own; `::ffff:127.0.0.1` is. */
export function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  const family = isIP(plain);
  return family !== 0 && loopback.check(plain, family === 6 ? 'ipv6' : 'ipv4');
}
