import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import type { MeterControl, RulesAudit } from './control.ts';
import { missingKeys } from './errors.ts';
import { findProduct } from './known-products.ts';
import type { ProductIds } from './product-ids.ts';
import { ProductType, QueryId } from './wire.ts';

const Query = Type.Object({
  reportType: Type.Enum(['mappedVMs', 'unmappedVMs', 'unmappedRules', 'overlappedRules']),
  productType: Type.Optional(ProductType),
  productId: Type.Optional(QueryId),
  limit: Type.Optional(QueryId),
});

/** What the rules do with what runs: every row, as JSON or, by `Accept: text/tsv`, as a table. Rows are never a whole. */
export function auditRoutes(app: FastifyInstance, control: MeterControl, ids: ProductIds): void {
  app.get<{ Querystring: Static<typeof Query> }>(
    '/api/v1/rules/audit',
    { schema: { querystring: Query } },
    async ({ query, headers }, reply) => {
      if (query.productId !== undefined && query.productType === undefined)
        throw missingKeys([{ key: 'productType' }]);
      const product =
        query.productId === undefined
          ? undefined
          : await findProduct(control, ids, Number(query.productId), query.productType!);
      const audit = await control.auditRules(query.reportType, product?.view.name);
      const rows = await begun(audit.rows, Number(query.limit ?? Number.POSITIVE_INFINITY));
      if (rows === undefined) return reply.code(204).send();
      reply.header('last-modified', new Date(audit.at).toUTCString());
      if (!wantsTable(headers.accept))
        return reply.type('application/json; charset=utf-8').send(Readable.from(jsonOf(audit, rows)));
      return reply
        .type('text/tsv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${query.reportType}.tsv"`)
        .send(Readable.from(tableOf(audit, rows)));
    },
  );
}

type Row = readonly string[];

/** The rows up to the limit; undefined when there is not one. */
async function begun(
  rows: AsyncIterable<Row> | Iterable<Row>,
  limit: number,
): Promise<AsyncIterable<Row> | undefined> {
  const iterator = upTo(rows, limit);
  const first = await iterator.next();
  if (first.done) return undefined;
  return (async function* () {
    yield first.value;
    yield* iterator;
  })();
}

async function* upTo(rows: AsyncIterable<Row> | Iterable<Row>, limit: number): AsyncGenerator<Row> {
  let left = limit;
  for await (const row of rows) {
    yield row;
    left -= 1;
    if (left <= 0) return;
  }
}

/** Rows go out in pieces of about this many characters. */
const PIECE = 65_536;

async function* jsonOf({ columns }: RulesAudit, rows: AsyncIterable<Row>): AsyncGenerator<string> {
  let piece = '[';
  let separator = '';
  for await (const row of rows) {
    piece +=
      separator + JSON.stringify(Object.fromEntries(columns.map((column, at) => [column, row[at] ?? ''])));
    separator = ',\n';
    if (piece.length > PIECE) {
      yield piece;
      piece = '';
    }
  }
  yield `${piece}]`;
}

async function* tableOf({ columns }: RulesAudit, rows: AsyncIterable<Row>): AsyncGenerator<string> {
  let piece = lineOf(columns);
  for await (const row of rows) {
    piece += lineOf(row);
    if (piece.length > PIECE) {
      yield piece;
      piece = '';
    }
  }
  if (piece !== '') yield piece;
}

/** A tab in a machine's name would forge a column. */
const lineOf = (cells: Row) =>
  `${cells.map((cell) => cell.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ')).join('\t')}\n`;

/** The first of the known types that is named wins; JSON where none is. */
function wantsTable(accept = ''): boolean {
  for (const part of accept.toLowerCase().split(',')) {
    const type = part.split(';')[0]!.trim();
    if (type === 'application/json') return false;
    if (type === 'text/tsv' || type === 'text/tab-separated-values') return true;
  }
  return false;
}
