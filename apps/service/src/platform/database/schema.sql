-- What the migrations make together. Written by dump-schema.ts --write and checked by npm run check.

create table activation_tokens (
  id uuid not null default gen_random_uuid(),
  meter_id bigint not null,
  secret_hash bytea not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  epoch integer,
  voided_at timestamp with time zone,
  constraint activation_tokens_pkey PRIMARY KEY (id),
  constraint activation_tokens_secret_hash_key UNIQUE (secret_hash),
  constraint activation_tokens_meter_id_fkey FOREIGN KEY (meter_id) REFERENCES meters(id) ON DELETE CASCADE,
  constraint activation_tokens_secret_hash_check CHECK ((octet_length(secret_hash) = 32))
);
CREATE UNIQUE INDEX activation_tokens_one_open ON activation_tokens USING btree (meter_id) WHERE ((used_at IS NULL) AND (voided_at IS NULL));

create table api_tokens (
  id uuid not null default gen_random_uuid(),
  organisation_id uuid not null,
  name text not null,
  role text not null,
  secret_hash bytea not null,
  last_four text not null,
  person_id uuid,
  provisioned boolean not null default false,
  sequence integer not null default 1,
  created_at timestamp with time zone not null default now(),
  modified_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint api_tokens_pkey PRIMARY KEY (id),
  constraint api_tokens_secret_hash_key UNIQUE (secret_hash),
  constraint api_tokens_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id) ON DELETE CASCADE,
  constraint api_tokens_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id) ON DELETE CASCADE,
  constraint api_tokens_last_four_check CHECK ((length(last_four) = 4)),
  constraint api_tokens_name_check CHECK ((name <> ''::text)),
  constraint api_tokens_role_check CHECK ((role = ANY (ARRAY['operator'::text, 'administrator'::text, 'reporter'::text, 'reader'::text]))),
  constraint api_tokens_secret_hash_check CHECK ((octet_length(secret_hash) = 32))
);
CREATE INDEX api_tokens_by_organisation ON api_tokens USING btree (organisation_id, name);

create table audit_log (
  id bigint not null generated always as identity,
  at timestamp with time zone not null,
  organisation_id uuid,
  actor text not null,
  action text not null,
  subject text not null,
  details jsonb not null default '{}'::jsonb,
  request_id text,
  previous_digest bytea not null,
  digest bytea not null,
  constraint audit_log_pkey PRIMARY KEY (id),
  constraint audit_log_digest_check CHECK ((octet_length(digest) = 32)),
  constraint audit_log_previous_digest_check CHECK ((octet_length(previous_digest) = 32))
);
CREATE INDEX audit_log_by_organisation ON audit_log USING btree (organisation_id, id);

create table backups (
  id uuid not null default gen_random_uuid(),
  state text not null default 'running'::text,
  asked_by text not null,
  created_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  folder text,
  rows bigint,
  archive_files bigint,
  bytes bigint,
  failure text,
  constraint backups_pkey PRIMARY KEY (id),
  constraint backups_folder_key UNIQUE (folder),
  constraint backups_check CHECK (((state = 'running'::text) = (finished_at IS NULL))),
  constraint backups_check1 CHECK (((state = ANY (ARRAY['complete'::text, 'removed'::text])) = (folder IS NOT NULL))),
  constraint backups_state_check CHECK ((state = ANY (ARRAY['running'::text, 'complete'::text, 'failed'::text, 'removed'::text])))
);
CREATE INDEX backups_by_age ON backups USING btree (created_at DESC, id);

create table contracts (
  id uuid not null default gen_random_uuid(),
  organisation_id uuid not null,
  number text not null,
  family text not null,
  currency text not null,
  minimum_commit_quantity numeric not null default 0,
  minimum_commit_unit text not null default 'points'::text,
  rule_set text not null,
  sequence integer not null default 1,
  created_at timestamp with time zone not null default now(),
  modified_at timestamp with time zone not null default now(),
  constraint contracts_pkey PRIMARY KEY (id),
  constraint contracts_organisation_id_number_key UNIQUE (organisation_id, number),
  constraint contracts_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id) ON DELETE CASCADE,
  constraint contracts_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint contracts_minimum_commit_quantity_check CHECK ((minimum_commit_quantity >= (0)::numeric)),
  constraint contracts_number_check CHECK ((number ~ '^[A-Za-z0-9._-]{1,64}$'::text))
);

create table customer_rules (
  id uuid not null default gen_random_uuid(),
  organisation_id uuid not null,
  customer_id uuid not null,
  product_type text not null,
  product_id uuid not null,
  target_type text not null,
  target_id text not null,
  sequence integer not null default 1,
  created_at timestamp with time zone not null default now(),
  modified_at timestamp with time zone not null default now(),
  constraint customer_rules_pkey PRIMARY KEY (id),
  constraint customer_rules_target UNIQUE (organisation_id, product_type, product_id, target_type, target_id),
  constraint customer_rules_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint customer_rules_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id) ON DELETE CASCADE,
  constraint customer_rules_product_type_check CHECK ((product_type = ANY (ARRAY['vCenter'::text, 'VCD'::text]))),
  constraint customer_rules_target_id_check CHECK ((target_id <> ''::text)),
  constraint customer_rules_target_type_check CHECK ((target_type = ANY (ARRAY['vCenter'::text, 'VCD'::text, 'Datacenter'::text, 'ClusterComputeResource'::text, 'ResourcePool'::text, 'HostSystem'::text, 'Folder'::text, 'vcd_organization'::text])))
);
CREATE INDEX customer_rules_by_customer ON customer_rules USING btree (customer_id);

create table customers (
  id uuid not null default gen_random_uuid(),
  organisation_id uuid not null,
  name text not null,
  number text not null default ''::text,
  sequence integer not null default 1,
  created_at timestamp with time zone not null default now(),
  modified_at timestamp with time zone not null default now(),
  constraint customers_pkey PRIMARY KEY (id),
  constraint customers_organisation_id_name_key UNIQUE (organisation_id, name),
  constraint customers_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id) ON DELETE CASCADE,
  constraint customers_name_check CHECK (((length(name) >= 1) AND (length(name) <= 170)))
);

create table idempotency_keys (
  organisation_id uuid not null,
  actor text not null,
  key text not null,
  request_digest bytea not null,
  status integer not null,
  location text,
  body text,
  secret boolean not null,
  made_at timestamp with time zone not null,
  constraint idempotency_keys_pkey PRIMARY KEY (organisation_id, actor, key),
  constraint idempotency_keys_check CHECK (((NOT secret) OR (body IS NULL))),
  constraint idempotency_keys_key_check CHECK (((length(key) >= 1) AND (length(key) <= 128))),
  constraint idempotency_keys_request_digest_check CHECK ((octet_length(request_digest) = 32))
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys USING btree (made_at);

create table memberships (
  person_id uuid not null,
  organisation_id uuid not null,
  role text not null,
  sequence integer not null default 1,
  created_at timestamp with time zone not null default now(),
  modified_at timestamp with time zone not null default now(),
  password_opens boolean not null default false,
  constraint memberships_pkey PRIMARY KEY (person_id, organisation_id),
  constraint memberships_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id) ON DELETE CASCADE,
  constraint memberships_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id) ON DELETE CASCADE,
  constraint memberships_role_check CHECK ((role = ANY (ARRAY['operator'::text, 'administrator'::text, 'reporter'::text, 'reader'::text])))
);

create table meter_assignments (
  meter_id bigint not null,
  from_hour timestamp with time zone not null,
  contract_id uuid,
  site_id uuid,
  metering_mode text not null,
  constraint meter_assignments_pkey PRIMARY KEY (meter_id, from_hour),
  constraint meter_assignments_contract_id_fkey FOREIGN KEY (contract_id) REFERENCES contracts(id),
  constraint meter_assignments_meter_id_fkey FOREIGN KEY (meter_id) REFERENCES meters(id) ON DELETE CASCADE,
  constraint meter_assignments_site_id_fkey FOREIGN KEY (site_id) REFERENCES sites(id),
  constraint meter_assignments_check CHECK (((site_id IS NULL) OR (contract_id IS NOT NULL))),
  constraint meter_assignments_metering_mode_check CHECK ((metering_mode = ANY (ARRAY['PRODUCTION'::text, 'TEST'::text])))
);
CREATE INDEX meter_assignments_by_contract ON meter_assignments USING btree (contract_id, site_id) WHERE (contract_id IS NOT NULL);

create table meter_keys (
  meter_id bigint not null,
  epoch integer not null,
  kid text not null,
  public_jwk jsonb not null,
  bound_at timestamp with time zone not null default now(),
  superseded_at timestamp with time zone,
  compromised_at timestamp with time zone,
  constraint meter_keys_pkey PRIMARY KEY (meter_id, epoch),
  constraint meter_keys_meter_id_kid_key UNIQUE (meter_id, kid),
  constraint meter_keys_meter_id_fkey FOREIGN KEY (meter_id) REFERENCES meters(id) ON DELETE CASCADE,
  constraint meter_keys_epoch_check CHECK ((epoch >= 1))
);

create table meters (
  id bigint not null generated always as identity,
  organisation_id uuid not null,
  agent_id uuid not null,
  label text not null,
  connectivity_mode text not null,
  version text,
  registration uuid not null default gen_random_uuid(),
  state text not null default 'running'::text,
  progress text not null default 'accepted'::text,
  sequence integer not null default 1,
  registered_at timestamp with time zone not null default now(),
  modified_at timestamp with time zone not null default now(),
  deleted_at timestamp with time zone,
  last_upload_at timestamp with time zone,
  constraint meters_pkey PRIMARY KEY (id),
  constraint meters_organisation_id_agent_id_key UNIQUE (organisation_id, agent_id),
  constraint meters_registration_key UNIQUE (registration),
  constraint meters_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id) ON DELETE CASCADE,
  constraint meters_connectivity_mode_check CHECK ((connectivity_mode = ANY (ARRAY['ONLINE'::text, 'OFFLINE'::text]))),
  constraint meters_label_check CHECK (((length(label) >= 1) AND (length(label) <= 512))),
  constraint meters_state_check CHECK ((state = ANY (ARRAY['running'::text, 'registered'::text])))
);

create table months (
  organisation_id uuid not null,
  month date not null,
  state text not null default 'open'::text,
  constraint months_pkey PRIMARY KEY (organisation_id, month),
  constraint months_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id) ON DELETE CASCADE,
  constraint months_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
  constraint months_state_check CHECK ((state = ANY (ARRAY['open'::text, 'closing'::text, 'closed'::text])))
);

create table notifications (
  id uuid not null default gen_random_uuid(),
  organisation_id uuid not null,
  kind text not null,
  subject text not null,
  message text not null,
  created_at timestamp with time zone not null,
  read_at timestamp with time zone,
  read_by text,
  constraint notifications_pkey PRIMARY KEY (id),
  constraint notifications_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id) ON DELETE CASCADE
);
CREATE INDEX notifications_by_organisation ON notifications USING btree (organisation_id, created_at DESC, id);

create table organisations (
  id uuid not null default gen_random_uuid(),
  name text not null,
  partner_id text,
  is_operator boolean not null default false,
  sequence integer not null default 1,
  created_at timestamp with time zone not null default now(),
  modified_at timestamp with time zone not null default now(),
  constraint organisations_pkey PRIMARY KEY (id),
  constraint organisations_name_key UNIQUE (name),
  constraint organisations_partner_id_key UNIQUE (partner_id),
  constraint organisations_name_check CHECK ((name <> ''::text))
);
CREATE UNIQUE INDEX organisations_one_operator ON organisations USING btree (is_operator) WHERE is_operator;

create table people (
  id uuid not null default gen_random_uuid(),
  email text not null,
  password_hash text,
  created_at timestamp with time zone not null default now(),
  constraint people_pkey PRIMARY KEY (id),
  constraint people_email_key UNIQUE (email),
  constraint people_email_check CHECK ((email = lower(email)))
);

create table product_retirements (
  meter_id bigint not null,
  product uuid not null,
  hour timestamp with time zone not null,
  constraint product_retirements_pkey PRIMARY KEY (meter_id, product, hour),
  constraint product_retirements_meter_id_product_fkey FOREIGN KEY (meter_id, product) REFERENCES products(meter_id, product) ON DELETE CASCADE
);

create table products (
  meter_id bigint not null,
  product uuid not null,
  type text not null,
  version text not null,
  first_hour timestamp with time zone not null,
  constraint products_pkey PRIMARY KEY (meter_id, product),
  constraint products_meter_id_fkey FOREIGN KEY (meter_id) REFERENCES meters(id) ON DELETE CASCADE
);

create table quota_overrides (
  organisation_id uuid not null,
  meters bigint,
  uploads_per_day bigint,
  upload_bytes_per_day bigint,
  renderings_per_hour bigint,
  sequence integer not null default 1,
  created_at timestamp with time zone not null default now(),
  modified_at timestamp with time zone not null default now(),
  constraint quota_overrides_pkey PRIMARY KEY (organisation_id),
  constraint quota_overrides_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id) ON DELETE CASCADE,
  constraint quota_overrides_meters_check CHECK ((meters >= 0)),
  constraint quota_overrides_renderings_per_hour_check CHECK ((renderings_per_hour >= 0)),
  constraint quota_overrides_upload_bytes_per_day_check CHECK ((upload_bytes_per_day >= 0)),
  constraint quota_overrides_uploads_per_day_check CHECK ((uploads_per_day >= 0))
);

create table quota_use (
  organisation_id uuid not null,
  quota text not null,
  period_start timestamp with time zone not null,
  used bigint not null,
  constraint quota_use_pkey PRIMARY KEY (organisation_id, quota, period_start),
  constraint quota_use_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id) ON DELETE CASCADE
);
CREATE INDEX quota_use_by_age ON quota_use USING btree (period_start);

create table rebuild_months (
  rebuild_id uuid not null,
  meter_id bigint not null,
  month date not null,
  slices integer,
  differences jsonb not null default '[]'::jsonb,
  finished_at timestamp with time zone,
  constraint rebuild_months_pkey PRIMARY KEY (rebuild_id, meter_id, month),
  constraint rebuild_months_meter_id_fkey FOREIGN KEY (meter_id) REFERENCES meters(id) ON DELETE CASCADE,
  constraint rebuild_months_rebuild_id_fkey FOREIGN KEY (rebuild_id) REFERENCES rebuilds(id) ON DELETE CASCADE
);

create table rebuilds (
  id uuid not null default gen_random_uuid(),
  asked_by text not null,
  asked_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  constraint rebuilds_pkey PRIMARY KEY (id)
);

create table report_renditions (
  ref text not null,
  form text not null,
  content_length bigint not null,
  sha256 bytea not null,
  created_at timestamp with time zone not null default now(),
  constraint report_renditions_pkey PRIMARY KEY (ref, form),
  constraint report_renditions_ref_fkey FOREIGN KEY (ref) REFERENCES reports(ref) ON DELETE CASCADE,
  constraint report_renditions_form_check CHECK ((form = ANY (ARRAY['csv'::text, 'json'::text, 'parquet'::text]))),
  constraint report_renditions_sha256_check CHECK ((octet_length(sha256) = 32))
);

create table report_renewals (
  meter_id bigint not null,
  month date not null,
  wanted bigint not null default 1,
  rendered bigint not null default 0,
  stale_since timestamp with time zone,
  due_at timestamp with time zone not null,
  rendered_at timestamp with time zone,
  render_milliseconds integer,
  usage_rows bigint,
  constraint report_renewals_pkey PRIMARY KEY (meter_id, month),
  constraint report_renewals_meter_id_fkey FOREIGN KEY (meter_id) REFERENCES meters(id) ON DELETE CASCADE
);
CREATE INDEX report_renewals_due ON report_renewals USING btree (due_at) WHERE (stale_since IS NOT NULL);

create table reports (
  ref text not null,
  organisation_id uuid not null,
  meter_id bigint not null,
  month date not null,
  report_type text not null,
  revision integer,
  basis bigint not null,
  content_type text not null,
  archive_key text not null,
  content_length bigint not null,
  md5 bytea not null,
  sha256 bytea not null,
  plain_sha256 bytea not null,
  rows bigint not null,
  created_at timestamp with time zone not null default now(),
  superseded_at timestamp with time zone,
  removed_at timestamp with time zone,
  constraint reports_pkey PRIMARY KEY (ref),
  constraint reports_meter_id_fkey FOREIGN KEY (meter_id) REFERENCES meters(id) ON DELETE CASCADE,
  constraint reports_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id) ON DELETE CASCADE,
  constraint reports_md5_check CHECK ((octet_length(md5) = 16)),
  constraint reports_plain_sha256_check CHECK ((octet_length(plain_sha256) = 32)),
  constraint reports_sha256_check CHECK ((octet_length(sha256) = 32))
);
CREATE INDEX reports_by_archive_key ON reports USING btree (archive_key);
CREATE UNIQUE INDEX reports_current ON reports USING btree (meter_id, month, report_type) WHERE (superseded_at IS NULL);
CREATE INDEX reports_superseded ON reports USING btree (superseded_at) WHERE ((superseded_at IS NOT NULL) AND (removed_at IS NULL));

create table schema_migrations (
  number integer not null,
  name text not null,
  sha256 text not null,
  applied_at timestamp with time zone not null default now(),
  constraint schema_migrations_pkey PRIMARY KEY (number)
);

create table service_identity (
  id uuid not null default gen_random_uuid(),
  only_one boolean not null default true,
  constraint service_identity_pkey PRIMARY KEY (id),
  constraint service_identity_only_one_key UNIQUE (only_one),
  constraint service_identity_only_one_check CHECK (only_one)
);

create table signing_keys (
  kid text not null,
  purpose text not null,
  algorithm text not null,
  public_jwk jsonb not null,
  sealed_private_jwk bytea not null,
  created_at timestamp with time zone not null default now(),
  retired_at timestamp with time zone,
  constraint signing_keys_pkey PRIMARY KEY (kid),
  constraint signing_keys_purpose_check CHECK ((purpose = ANY (ARRAY['access'::text, 'report'::text])))
);
CREATE UNIQUE INDEX signing_keys_one_current ON signing_keys USING btree (purpose) WHERE (retired_at IS NULL);

create table sites (
  id uuid not null default gen_random_uuid(),
  contract_id uuid not null,
  name text not null,
  country_region text not null default ''::text,
  address text not null default ''::text,
  post_code text not null default ''::text,
  sequence integer not null default 1,
  created_at timestamp with time zone not null default now(),
  modified_at timestamp with time zone not null default now(),
  constraint sites_pkey PRIMARY KEY (id),
  constraint sites_contract_id_name_key UNIQUE (contract_id, name),
  constraint sites_contract_id_fkey FOREIGN KEY (contract_id) REFERENCES contracts(id) ON DELETE CASCADE,
  constraint sites_name_check CHECK ((name <> ''::text))
);

create table slices (
  organisation_id uuid not null,
  meter_id bigint not null,
  product uuid not null,
  hour timestamp with time zone not null,
  month date not null,
  status text not null,
  covered_seconds integer not null,
  covered jsonb,
  reason text,
  upload_id uuid not null,
  digest bytea not null,
  vm_records integer not null,
  host_records integer not null,
  cluster_records integer not null,
  constraint slices_pkey PRIMARY KEY (meter_id, product, hour),
  constraint slices_meter_id_fkey FOREIGN KEY (meter_id) REFERENCES meters(id) ON DELETE CASCADE,
  constraint slices_upload_id_fkey FOREIGN KEY (upload_id) REFERENCES uploads(id) ON DELETE CASCADE,
  constraint slices_covered_seconds_check CHECK (((covered_seconds >= 0) AND (covered_seconds <= 3600))),
  constraint slices_digest_check CHECK ((octet_length(digest) = 16)),
  constraint slices_status_check CHECK ((status = ANY (ARRAY['collected'::text, 'partial'::text, 'unreachable'::text])))
);
CREATE INDEX slices_by_month ON slices USING btree (organisation_id, month, product);
CREATE INDEX slices_by_upload ON slices USING btree (upload_id);

create table uploads (
  id uuid not null default gen_random_uuid(),
  row_tag bigint not null,
  organisation_id uuid not null,
  meter_id bigint not null,
  month date not null,
  epoch integer not null,
  number bigint not null,
  digest bytea not null,
  previous bytea,
  archive_key text not null,
  bytes bigint not null,
  state text not null,
  receipt_order bigint not null generated always as identity,
  correction_reason text,
  records jsonb not null default '{}'::jsonb,
  outcomes jsonb not null default '[]'::jsonb,
  refusal jsonb,
  received_by text not null,
  received_at timestamp with time zone not null,
  loaded_at timestamp with time zone,
  constraint uploads_pkey PRIMARY KEY (id),
  constraint uploads_meter_id_epoch_number_key UNIQUE (meter_id, epoch, number),
  constraint uploads_receipt_order_key UNIQUE (receipt_order),
  constraint uploads_row_tag_key UNIQUE (row_tag),
  constraint uploads_meter_id_fkey FOREIGN KEY (meter_id) REFERENCES meters(id) ON DELETE CASCADE,
  constraint uploads_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id) ON DELETE CASCADE,
  constraint uploads_digest_check CHECK ((octet_length(digest) = 32)),
  constraint uploads_number_check CHECK ((number >= 1)),
  constraint uploads_previous_check CHECK ((octet_length(previous) = 32)),
  constraint uploads_state_check CHECK ((state = ANY (ARRAY['accepted'::text, 'loaded'::text, 'refused'::text, 'late'::text])))
);
CREATE INDEX uploads_by_month ON uploads USING btree (meter_id, month, receipt_order);
CREATE INDEX uploads_not_loaded ON uploads USING btree (received_at) WHERE (state = 'accepted'::text);

create table used_assertions (
  issuer text not null,
  jti text not null,
  expires_at timestamp with time zone not null,
  constraint used_assertions_pkey PRIMARY KEY (issuer, jti)
);
CREATE INDEX used_assertions_by_expiry ON used_assertions USING btree (expires_at);
