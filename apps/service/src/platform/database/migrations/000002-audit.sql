-- What was changed, by whom. Each entry carries the digest of the one before, so that a removed or altered entry shows.

create table audit_log (
  id              bigint generated always as identity primary key,
  at              timestamptz not null,
  -- No foreign key: the entry outlives the organisation, and changing it would break the chain.
  organisation_id uuid,
  -- `token:<id>`, `meter:<agent>`, `person:<id>` or `service`.
  actor           text not null,
  -- Kebab-case verb of the change, such as `meter-registered`.
  action          text not null,
  subject         text not null,
  details         jsonb not null default '{}',
  request_id      text,
  previous_digest bytea not null check (octet_length(previous_digest) = 32),
  digest          bytea not null check (octet_length(digest) = 32)
);
create index audit_log_by_organisation on audit_log (organisation_id, id);
