-- +goose Up
-- What an object saw of what it rests on moves from its links to the object itself. Links are left to tell the way, for
-- which their keys are enough.
alter table object add column seen text not null default '';
update object set seen = coalesce((select string_agg(l.role || ' ' || l.to_id || ' ' || l.seen, ' ') from link l where l.study = object.study and l.from_id = object.id), '');
drop index link_down;
drop index link_up;
alter table link drop column seen;
create index link_up on link (study, to_id, from_id);
