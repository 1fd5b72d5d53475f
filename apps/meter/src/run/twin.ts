import { CollectorFailure } from '../inventory/index.ts';

/** Why a product is not metered that says it is `id`, as the product `other` does already. */
export function twinOf(id: string, other: string): CollectorFailure {
  return new CollectorFailure(
    'another-product',
    `It says that it is ${id}, and so does the product ${other}. If they are one, take one of them out of the settings; if not, give one another UUID.`,
    { needsPerson: true },
  );
}
