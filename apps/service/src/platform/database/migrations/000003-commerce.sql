-- What usage is billed under: contracts and their sites.

create table contracts (
  id                      uuid primary key default gen_random_uuid(),
  organisation_id         uuid not null references organisations on delete cascade,
  number                  text not null check (number ~ '^[A-Za-z0-9._-]{1,64}$'),
  family                  text not null,
  currency                text not null check (currency ~ '^[A-Z]{3}$'),
  minimum_commit_quantity numeric not null default 0 check (minimum_commit_quantity >= 0),
  minimum_commit_unit     text not null default 'points',
  rule_set                text not null,
  -- Counts every change; optimistic callers compare it.
  sequence                integer not null default 1,
  created_at              timestamptz not null default now(),
  modified_at             timestamptz not null default now(),
  unique (organisation_id, number)
);

create table sites (
  id             uuid primary key default gen_random_uuid(),
  contract_id    uuid not null references contracts on delete cascade,
  name           text not null check (name <> ''),
  country_region text not null default '',
  address        text not null default '',
  post_code      text not null default '',
  sequence       integer not null default 1,
  created_at     timestamptz not null default now(),
  modified_at    timestamptz not null default now(),
  unique (contract_id, name)
);
