import type { Queryable } from '../platform/database/index.ts';

export interface RecordsTable {
  readonly name: string;
  readonly columns: readonly string[];
}

/** What a backup leaves out: the history of the schema is in the manifest, and the list of backups is the machine's. */
const leftOut = ['schema_migrations', 'backups'];

/** Made first by a restore and dropped last; see restore-backup.ts. */
export const RESTORE_MARKER = 'restore_unfinished';

/** Every table of the records with its stored columns, what is referred to before what refers to it. */
export async function recordsTables(on: Queryable): Promise<RecordsTable[]> {
  const tables = await on.query<RecordsTable>(
    `select t.relname as name, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     where t.relnamespace = 'public'::regnamespace and t.relkind = 'r' and t.relname <> all($1)
     group by t.relname order by t.relname collate "C"`,
    [[...leftOut, RESTORE_MARKER]],
  );
  const references = await on.query<{ from: string; to: string }>(
    `select f.relname as "from", t.relname as "to" from pg_constraint c
     join pg_class f on f.oid = c.conrelid join pg_class t on t.oid = c.confrelid
     where c.contype = 'f' and f.relnamespace = 'public'::regnamespace and f.oid <> t.oid`,
  );
  const ordered: RecordsTable[] = [];
  let left = tables;
  while (left.length > 0) {
    const names = new Set(left.map(({ name }) => name));
    const ready = left.filter(
      ({ name }) => !references.some(({ from, to }) => from === name && names.has(to)),
    );
    if (ready.length === 0)
      throw new Error(
        `tables refer to each other in a circle and cannot be restored: ${[...names].join(', ')}`,
      );
    ordered.push(...ready);
    left = left.filter((table) => !ready.includes(table));
  }
  return ordered;
}

/** The tables that name files of the archive: by their column `archive_key`, gone where they have a `removed_at`. */
export function archiveReferences(tables: readonly RecordsTable[]): string[] {
  return tables
    .filter(({ columns }) => columns.includes('archive_key'))
    .map(
      ({ name, columns }) =>
        `select archive_key as key from "${name}"${columns.includes('removed_at') ? ' where removed_at is null' : ''}`,
    );
}

/** `"a", "b"` */
export const columnList = (columns: readonly string[]) => columns.map((name) => `"${name}"`).join(', ');
