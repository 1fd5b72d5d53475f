/**
 * SQL text that puts the rows of one thing in order and joins what continues: two rows are one where the first ends in the
 * second at which the other starts and both print the same. `spans` is an array of (started, ended, opens, printed): `opens`
 * is 0 only for a row that is known to continue the one before it.
 *
 * Gives the arrays `firsts` and `finals`: the first and the last span of each run, side by side.
 */
export const runsSql = `
      arrayMap(
        (now, before, place) -> now.3 AND (place = 1 OR before.2 != now.1 OR before.4 != now.4),
        spans, arrayPushFront(arrayPopBack(spans), spans[1]), arrayEnumerate(spans)
      ) AS begins,
      arrayFilter((span, begin) -> begin, spans, begins) AS firsts,
      arrayFilter((span, begin) -> begin, spans, arrayPushBack(arrayPopFront(begins), 1)) AS finals`;

/** SQL text that gives the parts of a printed tuple their names back: `first.4.1 AS name, …`. */
export function printedSql(names: readonly string[]): string {
  return names.map((name, place) => `first.4.${place + 1} AS ${name}`).join(', ');
}
