/** Shapes that several calls of the API share. Clients send more than is documented; what is not known is ignored. */
import Type from 'typebox';

/** A tab or a line feed in a name would forge a column or a row of a report. */
const PLAIN = '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\ud800-\\udfff]*$';

export const plainText = (maxLength: number, minLength = 1) =>
  Type.String({
    minLength,
    maxLength,
    pattern: PLAIN,
    'x-fault': 'must not contain control characters such as tabs or line feeds',
  });

/** Published ones, and ours: libvirt. */
export const PRODUCT_TYPES = [
  'vCenter',
  'libvirt',
  'VCD',
  'NSX-V',
  'NSX-T',
  'NSXALB',
  'VRNI',
  'VCAV',
  'VROPS',
  'VRSLCM',
] as const;
export type AnyProductType = (typeof PRODUCT_TYPES)[number];
export const ProductType = Type.Enum([...PRODUCT_TYPES]);

/** Of a product, in a body. */
export const Id = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });

/** Query parameters come as text and are held to their form; nothing is coerced. */
export const QueryId = Type.String({
  pattern: '^[1-9][0-9]{0,8}$',
  'x-fault': 'must be a whole number from 1',
});
export const QueryBoolean = Type.Enum(['true', 'false']);
export const QueryMoment = Type.String({
  pattern: '^[0-9]{1,15}$',
  'x-fault': 'must be milliseconds since 1970, a whole number',
});
