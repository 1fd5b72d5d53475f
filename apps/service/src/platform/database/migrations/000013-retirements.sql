-- When products were retired, each time: one that is listed again afterwards is expected again, from then on.

create table product_retirements (
  meter_id bigint not null,
  product  uuid not null,
  -- The first hour in which it is not expected.
  hour     timestamptz not null,
  primary key (meter_id, product, hour),
  foreign key (meter_id, product) references products on delete cascade
);

-- Of several retirements of a product only the latest was kept.
insert into product_retirements (meter_id, product, hour)
  select meter_id, product, retired_hour from products where retired_hour is not null;

alter table products drop column retired_hour;
