import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';

/**
 * What a backup is: a folder with
 *
 *   manifest.json          this; it names every other file, and its own digest covers itself
 *   records/<table>.gz     the rows of one table, as PostgreSQL's COPY writes them (text form), gzip
 *   jobs.ndjson.gz         what waited to be done
 *   archive.ndjson.gz      key, length and SHA-256 of each file of the archive
 *   archive/<key>          those files: packages, receipts, reports
 *
 * The engine's rows are not in it, since they are derived from the packages. The master key is not in it: who finds a backup
 * must not be able to sign in the service's name.
 */
export const BACKUP_FORMAT = 'meterhouse-backup/1';
export const MANIFEST = 'manifest.json';
export const ARCHIVE_LIST = 'archive.ndjson.gz';
export const JOBS = 'jobs.ndjson.gz';
export const recordsFile = (table: string) => `records/${table}.gz`;
export const archiveFile = (key: string) => `archive/${key}`;

const Strict = { additionalProperties: false } as const;
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const Bytes = Type.Integer({ minimum: 0 });
/** Names of tables and columns go into statements: nothing that could end a name. */
const Name = Type.String({ pattern: '^[a-z_][a-z0-9_]{0,62}$' });
const File = { bytes: Bytes, sha256: Sha256 };

const Table = Type.Object(
  { name: Name, columns: Type.Array(Name, { minItems: 1 }), rows: Bytes, ...File },
  Strict,
);
export type BackupTable = Static<typeof Table>;

/** A line of `archive.ndjson.gz`. */
export const ArchivedFile = Type.Object({ key: Type.String(), ...File }, Strict);
export type ArchivedFile = Static<typeof ArchivedFile>;

/** A line of `jobs.ndjson.gz`. */
export const WaitingJob = Type.Object(
  {
    name: Type.String(),
    payload: Type.Unknown(),
    queue: Type.Union([Type.String(), Type.Null()]),
    key: Type.Union([Type.String(), Type.Null()]),
    runAt: Type.String(),
  },
  Strict,
);
export type WaitingJob = Static<typeof WaitingJob>;

const Content = {
  format: Type.Literal(BACKUP_FORMAT),
  id: Type.String(),
  madeAt: Type.String(),
  /** UUID of the service, which every package names. */
  service: Type.String(),
  /** Of the program that made it. */
  version: Type.String(),
  postgres: Type.String(),
  migrations: Type.Array(Type.Object({ number: Bytes, name: Type.String(), sha256: Sha256 }, Strict)),
  /** The head of the audit log's chain; null when the log did not verify when the backup was made. */
  audit: Type.Object({ entries: Bytes, head: Type.Union([Sha256, Type.Null()]) }, Strict),
  /** In an order in which they can be loaded: what a row refers to comes before it. */
  tables: Type.Array(Table),
  sequences: Type.Array(
    Type.Object({ name: Name, value: Type.String({ pattern: '^[0-9]+$' }), called: Type.Boolean() }, Strict),
  ),
  jobs: Type.Object({ lines: Bytes, ...File }, Strict),
  archive: Type.Object({ files: Bytes, totalBytes: Bytes, ...File }, Strict),
};
const ManifestContent = Type.Object(Content, Strict);
export type ManifestContent = Static<typeof ManifestContent>;
export const Manifest = Type.Object({ ...Content, digest: Sha256 }, Strict);
export type Manifest = Static<typeof Manifest>;

/** SHA-256 of the canonical form (RFC 8785) of a manifest without its digest. */
export function manifestDigest(content: ManifestContent): string {
  return createHash('sha256').update(canonicalize(content)!).digest('hex');
}

/** Something is wrong with a backup, or with where it is to go; every fault at once. */
export class BackupFaults extends Error {
  readonly faults: readonly string[];
  constructor(message: string, faults: readonly string[] = []) {
    super([message, ...faults.map((fault) => `  ${fault}`)].join('\n'));
    this.name = 'BackupFaults';
    this.faults = faults;
  }
}

/** Reads and checks the manifest of a backup. @throws BackupFaults */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new BackupFaults(
      error.code === 'ENOENT'
        ? `${folder} is no backup: it has no ${MANIFEST}. A backup that was not finished has a name that begins with a dot.`
        : `${path} cannot be read (${error.code}).`,
    );
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BackupFaults(`${path} is damaged: it is not JSON.`);
  }
  const format = (value as { format?: unknown } | null)?.format;
  if (typeof format === 'string' && format.startsWith('meterhouse-backup/') && format !== BACKUP_FORMAT)
    throw new BackupFaults(`${path} has the form ${format}, made by a newer Meterhouse. Use that version.`);
  if (!Value.Check(Manifest, value)) {
    const faults = [...Value.Errors(Manifest, value)].map(
      ({ instancePath, message }) => `${instancePath || '/'} ${message}`,
    );
    throw new BackupFaults(`${path} is damaged:`, faults);
  }
  const { digest, ...content } = value;
  if (manifestDigest(content) !== digest)
    throw new BackupFaults(`${path} is damaged: its digest is not that of its content.`);
  return value;
}
