-- The rendered reports, each the fixed bytes behind an opaque reference.

create table report_renewals (
  meter_id     bigint not null references meters on delete cascade,
  month        date not null,
  -- Counts every change of what this (meter, month) would report; a report set was made from one such count.
  wanted       bigint not null default 1,
  rendered     bigint not null default 0,
  -- The oldest change that is not rendered yet; null when there is none.
  stale_since  timestamptz,
  -- When that is to be rendered: at once, or later where the history is long.
  due_at       timestamptz not null,
  rendered_at  timestamptz,
  render_milliseconds integer,
  usage_rows   bigint,
  primary key (meter_id, month)
);
create index report_renewals_due on report_renewals (due_at) where stale_since is not null;

create table reports (
  -- 192 random bits, base64url.
  ref             text primary key,
  organisation_id uuid not null references organisations on delete cascade,
  meter_id        bigint not null references meters on delete cascade,
  month           date not null,
  report_type     text not null,
  -- Null while provisional; final reports carry their revision.
  revision        integer,
  basis           bigint not null,
  content_type    text not null,
  archive_key     text not null,
  content_length  bigint not null,
  md5             bytea not null check (octet_length(md5) = 16),
  -- Of the bytes as they are sent.
  sha256          bytea not null check (octet_length(sha256) = 32),
  -- Of the TSV before it was packed.
  plain_sha256    bytea not null check (octet_length(plain_sha256) = 32),
  rows            bigint not null,
  created_at      timestamptz not null default now(),
  superseded_at   timestamptz,
  -- When its bytes left the archive; the row stays, so that the ref is known to be gone and not unknown.
  removed_at      timestamptz
);
create unique index reports_current on reports (meter_id, month, report_type) where superseded_at is null;
create index reports_by_archive_key on reports (archive_key);
create index reports_superseded on reports (superseded_at) where superseded_at is not null and removed_at is null;

-- The forms besides TSV that somebody asked for, each the fixed bytes of (ref, form) from then on. They lie beside the TSV in the
-- archive, under its name with another ending, and go with it.
create table report_renditions (
  ref             text not null references reports on delete cascade,
  form            text not null check (form in ('csv', 'json', 'parquet')),
  content_length  bigint not null,
  -- Of the bytes as they are sent.
  sha256          bytea not null check (octet_length(sha256) = 32),
  created_at      timestamptz not null default now(),
  primary key (ref, form)
);
