import { type Static, Type } from 'typebox';
import { AnyCaseUuid } from './everywhere.ts';

const Strict = { additionalProperties: false } as const;
const Instant = Type.String({ examples: ['2023-02-03T04:05:06.789Z'] });
const Count = (description: string) => Type.Integer({ description, examples: [1024] });

export const BackupPath = Type.Object({ backupId: AnyCaseUuid }, Strict);

/** One backup: a folder below the service's backup directory. The directory itself is the operator's affair and is not told. */
export const Backup = Type.Object(
  {
    id: Type.String({ examples: ['0b6e6e8c-6c0f-4b0c-9b57-6a1c2f0a4d11'] }),
    state: Type.Enum(['running', 'complete', 'failed', 'removed'], {
      description: '`removed`: it was complete, and went when `--backup-keep` newer ones were.',
      examples: ['complete'],
    }),
    askedBy: Type.String({ examples: ['token:861aeceb-64a5-4b5f-8c0a-3f3a2f9a5b11'] }),
    createdAt: Instant,
    finishedAt: Type.Optional(Instant),
    folder: Type.Optional(
      Type.String({
        description: 'The name of its folder in the backup directory.',
        examples: ['20230203T040506Z-0b6e6e8c'],
      }),
    ),
    rows: Type.Optional(Count('Rows of the records.')),
    archiveFiles: Type.Optional(Count('Packages, receipts and reports.')),
    bytes: Type.Optional(Count('Bytes of all its files. Those that are links take no room of their own.')),
    failure: Type.Optional(Type.String({ examples: ['There is not enough room for it.'] })),
  },
  Strict,
);
export type Backup = Static<typeof Backup>;

export const BackupList = Type.Object({ items: Type.Array(Backup) }, Strict);
export type BackupList = Static<typeof BackupList>;
