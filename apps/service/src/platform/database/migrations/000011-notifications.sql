-- What the people of an organisation should know of, until they say that they have read it.

create table notifications (
  id              uuid primary key default gen_random_uuid(),
  organisation_id uuid not null references organisations on delete cascade,
  -- Kebab-case, such as `meter-key-replaced`.
  kind            text not null,
  -- As the audit log names it, such as `meter:<agent>`.
  subject         text not null,
  message         text not null,
  created_at      timestamptz not null,
  read_at         timestamptz,
  read_by         text
);
create index notifications_by_organisation on notifications (organisation_id, created_at desc, id);
