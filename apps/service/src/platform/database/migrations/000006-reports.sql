-- The rendered reports, each the fixed bytes behind an opaque reference.

create table report_renewals (
  meter_id     bigint not null references meters on delete cascade,
  month        date not null,
  -- Counts every change of what this (meter, month) would report; a report set was made from one such count.
  wanted       bigint not null default 1,
  rendered     bigint not null default 0,
  rendered_at  timestamptz,
  render_milliseconds integer,
  usage_rows   bigint,
  primary key (meter_id, month)
);

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
  -- Of the TSV before it was packed.
  plain_sha256    bytea not null check (octet_length(plain_sha256) = 32),
  rows            bigint not null,
  created_at      timestamptz not null default now(),
  superseded_at   timestamptz
);
create index reports_current on reports (meter_id, month, report_type) where superseded_at is null;
create index reports_superseded on reports (superseded_at) where superseded_at is not null;
