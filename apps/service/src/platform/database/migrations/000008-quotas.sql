-- How much an organisation may use: where it differs from the service's settings, and what it used in the running period.

create table quota_overrides (
  organisation_id         uuid primary key references organisations on delete cascade,
  -- Null: the service's setting holds.
  meters                  bigint check (meters >= 0),
  uploads_per_day         bigint check (uploads_per_day >= 0),
  upload_bytes_per_day    bigint check (upload_bytes_per_day >= 0),
  renderings_per_hour     bigint check (renderings_per_hour >= 0),
  sequence                integer not null default 1,
  created_at              timestamptz not null default now(),
  modified_at             timestamptz not null default now()
);

-- One counter for each quota and period, so that what was used is read and raised without a look at what it counts.
create table quota_use (
  organisation_id uuid not null references organisations on delete cascade,
  quota           text not null,
  period_start    timestamptz not null,
  used            bigint not null,
  primary key (organisation_id, quota, period_start)
);
create index quota_use_by_age on quota_use (period_start);
