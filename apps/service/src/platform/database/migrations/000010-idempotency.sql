-- Answers to changes that were sent with an Idempotency-Key, so that the same request again is answered and not made again.

create table idempotency_keys (
  -- No foreign key: the answer to the deletion of an organisation is kept as well.
  organisation_id uuid not null,
  actor           text not null,
  key             text not null check (length(key) between 1 and 128),
  -- SHA-256 of method, address and body.
  request_digest  bytea not null check (octet_length(request_digest) = 32),
  status          integer not null,
  location        text,
  -- As it was sent; null where it carried a secret.
  body            text,
  secret          boolean not null,
  made_at         timestamptz not null,
  primary key (organisation_id, actor, key),
  check (not secret or body is null)
);
create index idempotency_keys_by_age on idempotency_keys (made_at);
