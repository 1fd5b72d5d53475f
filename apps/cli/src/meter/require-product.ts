import type { MeterSettings, ProductSettings } from '@meterhouse/meter/settings';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { plain } from '../terminal/plain.ts';

/** @throws Failure with those that there are */
export function requireProduct({ products }: MeterSettings, name: string): ProductSettings {
  const product = products.find((one) => one.name === name);
  if (product !== undefined) return product;
  throw new Failure(plain(`There is no product ${name}.`), EXIT.notFound, {
    advice:
      products.length === 0
        ? 'Add one: meterhouse meter products add --help'
        : `There are: ${products.map((one) => one.name).join(', ')}.`,
  });
}
