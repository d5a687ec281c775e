-- +goose Up
-- What somebody did in one go, so that it can be undone and done again: the objects before and after. It belongs to who
-- did it, and to a scope, such as a document.
create table act (
    study   text not null,
    who     text not null,
    scope   text not null,
    seq     bigint not null,
    at      text not null,
    title   text not null,
    changes text not null,
    undone  bigint not null,
    primary key (study, who, scope, seq)
);
