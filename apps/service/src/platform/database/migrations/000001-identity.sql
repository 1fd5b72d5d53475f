-- Who may call: organisations, the people in them, the long-lived API tokens, and the keys that sign.

create table organisations (
  id          uuid primary key default gen_random_uuid(),
  name        text not null unique check (name <> ''),
  -- The partner's number with the programme; the operators' own organisation has none.
  partner_id  text unique,
  -- The one organisation whose operators run the service; its tokens may carry the role `operator`.
  is_operator boolean not null default false,
  -- Counts every change; optimistic callers compare it.
  sequence    integer not null default 1,
  created_at  timestamptz not null default now(),
  modified_at timestamptz not null default now()
);
create unique index organisations_one_operator on organisations (is_operator) where is_operator;

create table people (
  id            uuid primary key default gen_random_uuid(),
  email         text not null unique check (email = lower(email)),
  -- scrypt in PHC form; null until a password is set, and then nobody can sign in as this person.
  password_hash text,
  created_at    timestamptz not null default now()
);

create table memberships (
  person_id       uuid not null references people on delete cascade,
  organisation_id uuid not null references organisations on delete cascade,
  role            text not null check (role in ('operator', 'administrator', 'reporter', 'reader')),
  -- Counts every change; optimistic callers compare it.
  sequence        integer not null default 1,
  created_at      timestamptz not null default now(),
  modified_at     timestamptz not null default now(),
  primary key (person_id, organisation_id)
);

create table api_tokens (
  id              uuid primary key default gen_random_uuid(),
  organisation_id uuid not null references organisations on delete cascade,
  name            text not null check (name <> ''),
  role            text not null check (role in ('operator', 'administrator', 'reporter', 'reader')),
  -- SHA-256 of the token. A token has 128 random bits or more, so a fast hash is safe here.
  secret_hash     bytea not null unique check (octet_length(secret_hash) = 32),
  last_four       text not null check (length(last_four) = 4),
  person_id       uuid references people on delete cascade,
  -- Made by the provisioning file: a changed value there retires this one.
  provisioned     boolean not null default false,
  -- Counts every change; optimistic callers compare it.
  sequence        integer not null default 1,
  created_at      timestamptz not null default now(),
  modified_at     timestamptz not null default now(),
  expires_at      timestamptz,
  revoked_at      timestamptz
);
create index api_tokens_by_organisation on api_tokens (organisation_id, name);

create table signing_keys (
  kid        text primary key,
  purpose    text not null check (purpose in ('access', 'report')),
  algorithm  text not null,
  public_jwk jsonb not null,
  -- Sealed with the master key, which is never in the database.
  sealed_private_jwk bytea not null,
  created_at timestamptz not null default now(),
  retired_at timestamptz
);
create unique index signing_keys_one_current on signing_keys (purpose) where retired_at is null;

-- `jti` of the assertions that meters have used, until they would have expired anyway.
create table used_assertions (
  issuer     text not null,
  jti        text not null,
  expires_at timestamptz not null,
  primary key (issuer, jti)
);
create index used_assertions_by_expiry on used_assertions (expires_at);

-- Which service this is: activations and packages name it, so that none can be replayed to another one.
create table service_identity (
  id       uuid primary key default gen_random_uuid(),
  only_one boolean not null default true unique check (only_one)
);
insert into service_identity default values;
