import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import { JOURNAL_CODES, type JournalCode, type JournalStore, type KeptEntry } from '../journal/index.ts';
import type { MeterControl } from './control.ts';
import { type KnownProduct, knownProducts } from './known-products.ts';
import type { ProductIds } from './product-ids.ts';
import { ProductType, QueryId, QueryMoment } from './wire.ts';

const levels = { Info: 'info', Warn: 'warning', Err: 'error' } as const;
const levelOf = { info: 'Info', warning: 'Warn', error: 'Err' } as const;

const Query = Type.Object({
  productType: Type.Optional(ProductType),
  productId: Type.Optional(QueryId),
  level: Type.Optional(Type.Enum(Object.keys(levels) as (keyof typeof levels)[])),
  timeStart: Type.Optional(QueryMoment),
  timeEnd: Type.Optional(QueryMoment),
  code: Type.Optional(Type.Enum(Object.keys(JOURNAL_CODES) as JournalCode[])),
  limit: Type.Optional(
    Type.String({ pattern: '^([1-9][0-9]{0,3}|10000)$', 'x-fault': 'must be from 1 to 10000' }),
  ),
  before: Type.Optional(QueryId),
});

const USUAL_LIMIT = 1000;

export function journalRoutes(
  app: FastifyInstance,
  control: MeterControl,
  journal: JournalStore,
  ids: ProductIds,
): void {
  app.get<{ Querystring: Static<typeof Query> }>(
    '/api/v1/um_journal',
    { schema: { querystring: Query } },
    async ({ query }) => {
      const products = await knownProducts(control, ids);
      const product = query.productId === undefined ? undefined : ids.nameOf(Number(query.productId));
      if (query.productId !== undefined && product === undefined) return [];
      const entries = await journal.list({
        ...(query.timeStart === undefined ? {} : { since: Number(query.timeStart) }),
        ...(query.timeEnd === undefined ? {} : { until: Number(query.timeEnd) }),
        ...(query.code === undefined ? {} : { code: query.code }),
        ...(query.level === undefined ? {} : { severity: levels[query.level] }),
        ...(query.before === undefined ? {} : { before: Number(query.before) }),
        ...(product === undefined ? {} : { products: [product, ...instanceOf(products, product)] }),
        ...(query.productType === undefined
          ? {}
          : {
              products: products
                .filter(({ view }) => view.type === query.productType)
                .filter(({ view }) => product === undefined || view.name === product)
                .flatMap(({ view }) => [view.name, ...instanceOf(products, view.name)]),
            }),
        limit: Number(query.limit ?? USUAL_LIMIT),
      });
      return entries.map((entry) => toldEntry(entry, products, ids));
    },
  );
}

/** Entries name a product as it is configured, or by the id that it gave itself. */
function instanceOf(products: readonly KnownProduct[], name: string): string[] {
  const instance = products.find(({ view }) => view.name === name)?.view.instanceId;
  return instance === undefined ? [] : [instance];
}

function toldEntry(entry: KeptEntry, products: readonly KnownProduct[], ids: ProductIds) {
  const known = products.find(({ view }) => entry.product === view.name || entry.product === view.instanceId);
  const id = known?.id ?? (entry.product === undefined ? undefined : ids.idOf(entry.product));
  return {
    journalId: entry.id,
    time: entry.time,
    lastTime: entry.lastTime,
    count: entry.count,
    level: levelOf[entry.severity],
    code: entry.code,
    group: known?.view.type ?? 'meter',
    productId: id ?? null,
    productType: known?.view.type ?? null,
    data: entry.product ?? '',
    message: entry.message,
  };
}
