import type { KeptEntry, Severity } from '@meterhouse/meter/journal';
import { plain } from '../terminal/plain.ts';
import { bold, dim, red, yellow } from '../terminal/style.ts';

const SHOWN: Readonly<Record<Severity, (text: string) => string>> = {
  info: (text) => text,
  warning: yellow,
  error: red,
};

/** `02:13:44  error    vc1  product-unreachable  …` */
export function entryLine({ time, severity, code, product, message }: KeptEntry): string {
  const at = new Date(time).toISOString().slice(0, 19).replace('T', ' ');
  const of = product === undefined ? '' : `${bold(plain(product))}  `;
  return `${dim(at)}  ${SHOWN[severity](severity.padEnd(7))}  ${of}${SHOWN[severity](code)}  ${plain(message)}`;
}
