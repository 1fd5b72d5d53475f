-- The provider's own customers, and the rules by which meters put a customer's name on usage.

create table customers (
  id              uuid primary key default gen_random_uuid(),
  organisation_id uuid not null references organisations on delete cascade,
  -- The label on the provider's usage and reports.
  name            text not null check (length(name) between 1 and 170),
  -- The provider's own number for it; empty for none.
  number          text not null default '',
  sequence        integer not null default 1,
  created_at      timestamptz not null default now(),
  modified_at     timestamptz not null default now(),
  unique (organisation_id, name)
);

create table customer_rules (
  id              uuid primary key default gen_random_uuid(),
  organisation_id uuid not null references organisations on delete cascade,
  customer_id     uuid not null references customers,
  product_type    text not null check (product_type in ('vCenter', 'VCD')),
  product_id      uuid not null,
  target_type     text not null check (target_type in ('vCenter', 'VCD', 'Datacenter', 'ClusterComputeResource',
                    'ResourcePool', 'HostSystem', 'Folder', 'vcd_organization')),
  target_id       text not null check (target_id <> ''),
  sequence        integer not null default 1,
  created_at      timestamptz not null default now(),
  modified_at     timestamptz not null default now(),
  -- One inventory object has one customer.
  constraint customer_rules_target unique (organisation_id, product_type, product_id, target_type, target_id)
);
create index customer_rules_by_customer on customer_rules (customer_id);
