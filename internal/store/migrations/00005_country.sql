-- +goose Up
-- Tables of country context that were read from the publishers' files; they lie over what the program carries, the last
-- one on top. They belong to the server, not to a study.
create table country_table (
    dataset  text not null primary key,
    about    text not null,
    body     text not null,
    place    bigint not null,
    read_by  text not null,
    read_at  text not null
);
