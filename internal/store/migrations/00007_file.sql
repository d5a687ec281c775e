-- +goose Up
-- Originals of documents, by the SHA-256 of their bytes, in base64: kept as they came and never shown as they are.
create table file (
    study  text not null,
    sha256 text not null,
    size   bigint not null,
    body   text not null,
    primary key (study, sha256)
);
