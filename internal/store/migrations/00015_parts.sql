-- +goose Up
-- That a part rests on its owner stands in its own row.
delete from link where role = 'part-of' and exists (select 1 from object o where o.study = link.study and o.id = link.from_id and o.owner = link.to_id
    and o.kind in ('inclusion', 'interview', 'segment', 'coding', 'ruling'));
