-- +goose Up
-- The walks read links from these alone, without a look at the table for each.
create index link_down on link (study, from_id, to_id, role, seen);
drop index link_up;
create index link_up on link (study, to_id, from_id, role, seen);
