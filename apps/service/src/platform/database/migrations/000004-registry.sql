-- The meters of an organisation, what they were billed under from which hour to which, and the keys they sign with.

create table meters (
  id                bigint generated always as identity primary key,
  organisation_id   uuid not null references organisations on delete cascade,
  agent_id          uuid not null,
  label             text not null check (length(label) between 1 and 512),
  connectivity_mode text not null check (connectivity_mode in ('ONLINE', 'OFFLINE')),
  version           text,
  -- Names this registration in every package; a meter that is registered anew elsewhere has another.
  registration      uuid not null default gen_random_uuid() unique,
  state             text not null default 'running' check (state in ('running', 'registered')),
  -- The step a running registration is in; told in the header Agent-Registration-Progress.
  progress          text not null default 'accepted',
  -- Counts every change; optimistic callers compare it.
  sequence          integer not null default 1,
  registered_at     timestamptz not null default now(),
  modified_at       timestamptz not null default now(),
  deleted_at        timestamptz,
  -- When a package of it was last taken; kept here so that lists can sort by it.
  last_upload_at    timestamptz,
  unique (organisation_id, agent_id)
);

create table meter_assignments (
  meter_id      bigint not null references meters on delete cascade,
  -- In force from this hour until the next row's; the first row of a meter is `-infinity`.
  from_hour     timestamptz not null,
  contract_id   uuid references contracts,
  site_id       uuid references sites,
  metering_mode text not null check (metering_mode in ('PRODUCTION', 'TEST')),
  primary key (meter_id, from_hour),
  check (site_id is null or contract_id is not null)
);
-- Whoever changes or deletes a contract or a site asks which meters it was ever told of.
create index meter_assignments_by_contract on meter_assignments (contract_id, site_id) where contract_id is not null;

create table activation_tokens (
  id          uuid primary key default gen_random_uuid(),
  meter_id    bigint not null references meters on delete cascade,
  -- SHA-256 of the SHA-256 of the token: a meter shows the inner one, so what stands here lets nobody in.
  secret_hash bytea not null unique check (octet_length(secret_hash) = 32),
  created_at  timestamptz not null default now(),
  expires_at  timestamptz not null,
  used_at     timestamptz,
  -- The key binding that its use began.
  epoch       integer,
  voided_at   timestamptz
);
create unique index activation_tokens_one_open on activation_tokens (meter_id) where used_at is null and voided_at is null;

create table meter_keys (
  meter_id       bigint not null references meters on delete cascade,
  -- One key binding; package numbers count from 1 within it.
  epoch          integer not null check (epoch >= 1),
  -- RFC 7638 thumbprint of the key.
  kid            text not null,
  public_jwk     jsonb not null,
  bound_at       timestamptz not null default now(),
  -- When the next key was bound: the packages it signed stay valid, the meter signs in with the new one.
  superseded_at  timestamptz,
  -- A key known to be in wrong hands verifies nothing any more.
  compromised_at timestamptz,
  primary key (meter_id, epoch),
  unique (meter_id, kid)
);
