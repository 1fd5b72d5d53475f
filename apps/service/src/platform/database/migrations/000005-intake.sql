-- Packages that were taken in, and the slices (meter, product, hour) that each of them owns.

create table months (
  organisation_id uuid not null references organisations on delete cascade,
  month           date not null check (extract(day from month) = 1),
  -- A claim takes this row shared, closing a month will take it alone.
  state           text not null default 'open' check (state in ('open', 'closing', 'closed')),
  primary key (organisation_id, month)
);

-- Numbers an upload before it is known to be good: its stage in the engine is named by it.
create sequence upload_tags;

create table uploads (
  id                uuid primary key default gen_random_uuid(),
  -- The number that the engine's rows carry, from upload_tags.
  row_tag           bigint not null unique,
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
  -- Digest of the slice's records; the order of lines does not matter.
  digest          bytea not null check (octet_length(digest) = 16),
  -- Rows that the engine has for this slice, of each kind, once the upload is loaded.
  vm_records      integer not null,
  host_records    integer not null,
  cluster_records integer not null,
  primary key (meter_id, product, hour)
);
create index slices_by_month on slices (organisation_id, month, product);
create index slices_by_upload on slices (upload_id);

-- What `rebuild` found: one row for each time it ran, one for each meter's month that it derived again.
create table rebuilds (
  id          uuid primary key default gen_random_uuid(),
  asked_by    text not null,
  asked_at    timestamptz not null,
  finished_at timestamptz
);

create table rebuild_months (
  rebuild_id  uuid not null references rebuilds on delete cascade,
  meter_id    bigint not null references meters on delete cascade,
  month       date not null,
  slices      integer,
  -- What differed, and was put right: [{what, product?, hour?, recorded, derived}].
  differences jsonb not null default '[]',
  finished_at timestamptz,
  primary key (rebuild_id, meter_id, month)
);
