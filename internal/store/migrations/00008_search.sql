-- +goose Up
-- What is searched: the paragraphs of the documents as they stand, made from their texts and made anew when those change.
create table paragraph (
    id       bigint not null primary key,
    study    text not null,
    document text not null,
    start_at bigint not null,
    case_id  text not null,
    language text not null,
    kind     text not null,
    body     text not null
);
create index paragraph_document on paragraph (study, document, id);

-- Which texts are in it.
create table searched (
    study    text not null,
    document text not null,
    mark     text not null,
    primary key (study, document)
);

-- Up to where the journal of a study was looked through for changes.
create table searched_to (
    study text not null primary key,
    seq   bigint not null
);

-- The words that occur, for words that are spelled about like another.
create table search_word (
    study  text not null,
    text   text not null,
    length bigint not null,
    primary key (study, text)
);
