import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import { libvirtAddressFaults } from '../addresses/index.ts';
import type { MeterControl, ProductChange, ProductView } from './control.ts';
import { ApiError, missingKeys } from './errors.ts';
import {
  findProduct,
  type KnownProduct,
  knownProducts,
  ofProducts,
  productNotFound,
} from './known-products.ts';
import type { ProductIds } from './product-ids.ts';
import { Id, ProductType, plainText, QueryBoolean, QueryId } from './wire.ts';

const Query = Type.Object({
  productType: Type.Optional(ProductType),
  id: Type.Optional(QueryId),
  active: Type.Optional(QueryBoolean),
  meter: Type.Optional(QueryBoolean),
});
const access = {
  host: plainText(1024),
  port: Type.Integer({ minimum: 0, maximum: 65_535 }),
  user: plainText(256, 0),
  password: plainText(1024),
};
const NewBody = Type.Object({
  productType: ProductType,
  host: access.host,
  port: Type.Optional(access.port),
  user: Type.Optional(access.user),
  password: Type.Optional(access.password),
  name: Type.Optional(
    Type.String({
      pattern: '^[a-z0-9-]{1,64}$',
      'x-fault': 'must be 1 to 64 small letters, digits or dashes',
    }),
  ),
});
const ChangeBody = Type.Object({ productType: ProductType, id: Id, ...optional(access) });
const DeleteQuery = Type.Object({
  id: QueryId,
  forget: Type.Enum(['true']),
  productType: Type.Optional(ProductType),
});

export function productRoutes(app: FastifyInstance, control: MeterControl, ids: ProductIds): void {
  app.get<{ Querystring: Static<typeof Query> }>(
    '/api/v1/product',
    { schema: { querystring: Query } },
    async ({ query: { productType, id, active, meter } }) => {
      if (id !== undefined && productType === undefined) throw missingKeys([{ key: 'productType' }]);
      const found = (await knownProducts(control, ids))
        .filter(({ view }) => productType === undefined || view.type === productType)
        .filter((known) => id === undefined || known.id === Number(id));
      if (id !== undefined && found.length === 0) throw productNotFound(Number(id), productType!);
      return found
        .map(toldProduct)
        .filter((product) => active !== 'true' || product.active)
        .filter((product) => meter !== 'true' || product.metered);
    },
  );

  app.post<{ Body: Static<typeof NewBody> }>(
    '/api/v1/product',
    { schema: { body: NewBody } },
    async ({ body }, reply) => {
      const type = meteredType(body.productType);
      const missing =
        type === 'vCenter' ? (['port', 'user', 'password'] as const).filter((key) => !body[key]) : [];
      const faults = [...missing.map((key) => ({ key })), ...hostFaults(type, body.host)];
      if (faults.length > 0) throw missingKeys(faults);
      const known = await knownProducts(control, ids);
      refuseSecond(known, type, body.host, body.port ?? 0);
      const names = new Set(known.map(({ view }) => view.name));
      const view = await ofProducts(
        control.addProduct({
          name: body.name ?? freeName(body.host, names),
          type,
          address: body.host,
          port: body.port ?? 0,
          user: body.user ?? '',
          password: body.password,
        }),
      );
      return reply.code(202).send(await told(view));
    },
  );

  app.put<{ Body: Static<typeof ChangeBody> }>(
    '/api/v1/product',
    { schema: { body: ChangeBody } },
    async ({ body: { id, productType, host, port, user, password } }, reply) => {
      const { view } = await findProduct(control, ids, id, productType);
      // With the password for one host another one would be given it.
      const moved =
        (host !== undefined && host !== view.address) ||
        (port !== undefined && port !== view.port) ||
        (user !== undefined && user !== view.user);
      const faults = host === undefined ? [] : hostFaults(view.type, host);
      if (moved && view.type === 'vCenter' && password === undefined)
        faults.push({ key: 'password', why: 'is needed again when host, port or user change' });
      if (faults.length > 0) throw missingKeys(faults);
      if (moved) {
        const others = (await knownProducts(control, ids)).filter((known) => known.id !== id);
        refuseSecond(others, view.type, host ?? view.address, port ?? view.port);
      }
      const change: ProductChange = {
        ...(host === undefined ? {} : { address: host }),
        ...(port === undefined ? {} : { port }),
        ...(user === undefined ? {} : { user }),
        ...(password === undefined ? {} : { password }),
      };
      return reply.code(202).send(await told(await ofProducts(control.changeProduct(view.name, change))));
    },
  );

  app.delete<{ Querystring: Static<typeof DeleteQuery> }>(
    '/api/v1/product',
    { schema: { querystring: DeleteQuery } },
    async ({ query }, reply) => {
      const id = Number(query.id);
      const known = (await knownProducts(control, ids)).find(
        (product) => product.id === id && (query.productType ?? product.view.type) === product.view.type,
      );
      if (known === undefined) throw productNotFound(id, query.productType ?? 'any');
      await ofProducts(control.removeProduct(known.view.name));
      return reply.code(202).send();
    },
  );

  async function told(view: ProductView) {
    await ids.know([view.name]);
    return toldProduct({ id: ids.idOf(view.name)!, view });
  }
}

const statusCodes = {
  starting: 'STARTING',
  reached: 'OK',
  unreachable: 'UNREACHABLE',
  'needs-person': 'USER_ACTION',
  paused: 'PAUSED',
} as const;

function toldProduct({ id, view }: KnownProduct) {
  const code = statusCodes[view.state];
  return {
    id,
    name: view.name,
    productType: view.type,
    fullName: view.type,
    host: view.address,
    port: view.port,
    user: view.user,
    active: view.state !== 'paused',
    metered: view.instanceId !== undefined && view.state !== 'paused',
    instanceUUID: view.instanceId ?? null,
    version: view.version ?? null,
    lastChanged: view.changedAt,
    seenUntil: view.seenUntil ?? null,
    status: { code, lastChanged: view.stateSince, text: view.reason ?? code },
  };
}

/** What is metered twice counts twice. */
function refuseSecond(known: readonly KnownProduct[], type: string, host: string, port: number): void {
  const same = known.find(
    ({ view }) =>
      view.type === type && view.address.toLowerCase() === host.toLowerCase() && view.port === port,
  );
  if (same !== undefined)
    throw new ApiError(
      'ERR_PM_HOST_NAME_CONFLICT',
      `Unable to add ${host}:${port}: that host is already metered for ${type}, as product ${same.id}.`,
    );
}

function meteredType(type: Static<typeof ProductType>): 'vCenter' | 'libvirt' {
  if (type === 'vCenter' || type === 'libvirt') return type;
  throw new ApiError(
    'GW_BAD_REQ_BODY',
    `Unable to add a product of type '${type}': this meter meters vCenter and libvirt.`,
  );
}

function hostFaults(type: 'vCenter' | 'libvirt', host: string): { key: string; why?: string }[] {
  if (type === 'vCenter')
    return /^[A-Za-z0-9._:-]{1,253}$/.test(host)
      ? []
      : [{ key: 'host', why: 'must be a host name or an address' }];
  return libvirtAddressFaults(host).map((why) => ({ key: 'host', why }));
}

/** The host's name as a product's name, with a number where it is taken. */
function freeName(host: string, taken: ReadonlySet<string>): string {
  const slug = host
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 56)
    .replaceAll(/^-+|-+$/g, '');
  const base = slug === '' ? 'product' : slug;
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? base : `${base}-${n}`;
    if (!taken.has(name)) return name;
  }
}

function optional<T extends Record<string, Type.TSchema>>(schemas: T) {
  return Object.fromEntries(Object.entries(schemas).map(([key, schema]) => [key, Type.Optional(schema)])) as {
    [Key in keyof T]: Type.TOptional<T[Key]>;
  };
}
