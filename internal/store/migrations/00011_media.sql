-- +goose Up
-- Originals may be long recordings: they are kept in parts, so that a player can begin anywhere in one. A file counts when
-- it is whole; what an interrupted upload left behind is swept away after a day.
create table file_part (
    study  text not null,
    sha256 text not null,
    n      bigint not null,
    body   text not null,
    primary key (study, sha256, n)
);
insert into file_part (study, sha256, n, body) select study, sha256, 0, body from file;
alter table file drop column body;
-- Bytes of each part but the last.
alter table file add column part bigint not null default 0;
update file set part = size;
alter table file add column whole bigint not null default 0;
update file set whole = 1;
alter table file add column begun text not null default '';
