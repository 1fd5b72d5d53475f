-- Packages that were taken in, and the slices (meter, product, hour) that each of them owns.

create table months (
  organisation_id uuid not null references organisations on delete cascade,
  month           date not null check (extract(day from month) = 1),
  -- A claim takes this row shared, closing a month will take it alone.
  state           text not null default 'open' check (state in ('open', 'closing', 'closed')),
  primary key (organisation_id, month)
);

create table uploads (
  id                uuid primary key default gen_random_uuid(),
  -- The number that the engine's rows carry.
  row_tag           bigint generated always as identity unique,
  organisation_id   uuid not null references organisations on delete cascade,
  meter_id          bigint not null references meters on delete cascade,
  month             date not null,
  epoch             integer not null,
  number            bigint not null check (number >= 1),
  -- SHA-256 of the canonical form of `package`: the identity of a package.
  digest            bytea not null check (octet_length(digest) = 32),
  previous          bytea check (octet_length(previous) = 32),
  archive_key       text not null,
  bytes             bigint not null,
  -- Told in intake/upload-states.ts.
  state             text not null check (state in ('accepted', 'loaded', 'refused', 'late')),
  -- The order in which uploads of the whole service were accepted; rebuild repeats it.
  receipt_order     bigint generated always as identity unique,
  correction_reason text,
  records           jsonb not null default '{}',
  -- The outcome of each slice in the package, in the package's order.
  outcomes          jsonb not null default '[]',
  refusal           jsonb,
  received_by       text not null,
  received_at       timestamptz not null,
  loaded_at         timestamptz,
  unique (meter_id, epoch, number)
);
create index uploads_by_month on uploads (meter_id, month, receipt_order);
create index uploads_not_loaded on uploads (received_at) where state = 'accepted';

create table products (
  meter_id     bigint not null references meters on delete cascade,
  product      uuid not null,
  type         text not null,
  version      text not null,
  first_hour   timestamptz not null,
  retired_hour timestamptz,
  primary key (meter_id, product)
);

create table slices (
  organisation_id uuid not null,
  meter_id        bigint not null references meters on delete cascade,
  product         uuid not null,
  hour            timestamptz not null,
  month           date not null,
  status          text not null check (status in ('collected', 'partial', 'unreachable')),
  covered_seconds integer not null check (covered_seconds between 0 and 3600),
  covered         jsonb,
  reason          text,
  -- The upload whose rows count for this slice.
  upload_id       uuid not null references uploads on delete cascade,
  -- Digest of the slice's records, 16 bytes; the order of lines does not matter.
  digest          bytea not null,
  primary key (meter_id, product, hour)
);
create index slices_by_month on slices (organisation_id, month, product);
create index slices_by_upload on slices (upload_id);
