-- Whether a password opens an organisation: a person has one for all of them, and any organisation may have given it.

alter table memberships
  -- The password that the person has was given with this membership, by this organisation. Elsewhere it opens nothing until the
  -- person has proved to own the address: an administrator could name anybody's address, with a password that only he knows.
  add column password_opens boolean not null default false;

-- Of those who are members of one organisation alone, that one gave it.
update memberships m set password_opens = true
  from people p
  where p.id = m.person_id and p.password_hash is not null
    and not exists (select from memberships o where o.person_id = p.id and o.organisation_id <> m.organisation_id);
