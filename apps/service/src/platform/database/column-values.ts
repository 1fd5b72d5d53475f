import pg from 'pg';

/**
 * How column values come into JavaScript: `bigint` and `numeric` as strings (no float touches money), `date` as `YYYY-MM-DD`
 * (a month has no time zone), `timestamptz` as Date (milliseconds; `-infinity` and `infinity` as those numbers), `bytea` as
 * Buffer, `json` and `jsonb` parsed. Going in, an array becomes a PostgreSQL array: give JSON lists as `JSON.stringify(list)`.
 */
export const columnValues: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.DATE
      ? (text: string) => text
      : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};
