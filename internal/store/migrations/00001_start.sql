-- +goose Up
-- One text for SQLite and PostgreSQL: text and bigint alone, times as fixed-width UTC text, no engine's own features.

create table study (
    slug     text not null primary key,
    title    text not null,
    seal_key text not null
);

-- Every object of every study: its canonical JSON, where it belongs, and its fingerprints in the thread.
create table object (
    study        text not null references study (slug),
    id           text not null,
    kind         text not null,
    owner        text not null,
    case_id      text not null,
    label        text not null,
    protected    bigint not null,
    body         text not null,
    version      bigint not null,
    content      text not null,
    basis        text not null,
    print        text not null,
    confirmed    text not null,
    confirmed_by text not null,
    confirmed_at text not null,
    changed_by   text not null,
    changed_at   text not null,
    primary key (study, id)
);
create index object_kind on object (study, kind, case_id);
create index object_owner on object (study, owner, kind);

create table link (
    study   text not null,
    from_id text not null,
    to_id   text not null,
    role    text not null,
    seen    text not null,
    primary key (study, from_id, to_id, role),
    foreign key (study, from_id) references object (study, id)
);
create index link_up on link (study, to_id);

create table document_text (
    study    text not null,
    document text not null,
    version  bigint not null,
    body     text not null,
    primary key (study, document, version),
    foreign key (study, document) references object (study, id)
);

create table journal (
    chain  text not null,
    seq    bigint not null,
    at     text not null,
    who    text not null,
    action text not null,
    id     text not null,
    was    text not null,
    became text not null,
    prev   text not null,
    hash   text not null,
    primary key (chain, seq)
);
create index journal_id on journal (chain, id);

create table journal_head (
    chain text not null primary key,
    seq   bigint not null,
    hash  text not null,
    mac   text not null
);

create table account (
    name     text not null primary key,
    secret   text not null,
    operator bigint not null,
    disabled bigint not null,
    changed_at text not null
);

create table session (
    token  text not null primary key,
    data   text not null,
    expiry text not null
);

