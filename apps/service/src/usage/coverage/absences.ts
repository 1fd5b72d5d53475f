/**
 * Each absence of a product as a row (meter_id, product, starts, ends): from the hour in which a package lists it as retired until
 * an hour of it is listed again, in whichever month; `infinity` until then. A subquery, the same as `absencesOf` of the rules.
 */
export const ABSENCES = `(
  select r.meter_id, r.product, min(r.hour) as starts, coalesce(back.hour, 'infinity') as ends
  from product_retirements r
  left join lateral (
    select s.hour from slices s
    where s.meter_id = r.meter_id and s.product = r.product and s.hour >= r.hour
    order by s.hour limit 1
  ) back on true
  group by r.meter_id, r.product, back.hour
  having min(r.hour) < coalesce(back.hour, 'infinity')
)`;
