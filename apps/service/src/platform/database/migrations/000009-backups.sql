-- Copies of records and archive that were made into the backup directory. They are this machine's: a backup holds no row of it.

create table backups (
  id            uuid primary key default gen_random_uuid(),
  -- Told in backup/backup-states.ts.
  state         text not null default 'running' check (state in ('running', 'complete', 'failed', 'removed')),
  asked_by      text not null,
  created_at    timestamptz not null,
  finished_at   timestamptz,
  -- The name of its folder in the backup directory.
  folder        text unique,
  rows          bigint,
  archive_files bigint,
  bytes         bigint,
  failure       text,
  check ((state = 'running') = (finished_at is null)),
  check ((state in ('complete', 'removed')) = (folder is not null))
);
create index backups_by_age on backups (created_at desc, id);
