import { ControlRefusal, type MeterControl, type ProductView } from './control.ts';
import { ApiError } from './errors.ts';
import type { ProductIds } from './product-ids.ts';

export interface KnownProduct {
  readonly id: number;
  readonly view: ProductView;
}

/** All products with the numbers that clients know them by, ascending. */
export async function knownProducts(control: MeterControl, ids: ProductIds): Promise<KnownProduct[]> {
  const views = await control.products();
  await ids.know(views.map(({ name }) => name));
  return views.map((view) => ({ id: ids.idOf(view.name)!, view })).sort((a, b) => a.id - b.id);
}

/** @throws ApiError 502, as published, when there is none of this number and type */
export async function findProduct(
  control: MeterControl,
  ids: ProductIds,
  id: number,
  type: string,
): Promise<KnownProduct> {
  const found = (await knownProducts(control, ids)).find(
    (known) => known.id === id && known.view.type === type,
  );
  if (found === undefined) throw productNotFound(id, type);
  return found;
}

export function productNotFound(id: number, type: string): ApiError {
  return new ApiError('ERR_PM_PRODUCT_NOT_FOUND', `There is no product of type ${type} with id ${id}.`);
}

/** What the meter refuses of a product, under the codes that are published for products. */
export async function ofProducts<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ControlRefusal)) throw error;
    const message = [error.message, ...error.faults].join(' ');
    if (error.code === 'conflict') throw new ApiError('ERR_PM_HOST_NAME_CONFLICT', message, { cause: error });
    if (error.code === 'not-found') throw new ApiError('ERR_PM_PRODUCT_NOT_FOUND', message, { cause: error });
    throw error;
  }
}
