-- +goose Up
-- Parts of pictures, pages and recordings are few among passages, and are found without a look at the others.
update object set label = 'Part' || substr(label, 8) where kind = 'segment' and label like 'Passage %' and body like '%"area":%';
create index object_part on object (study, kind, case_id) where label like 'Part %';
