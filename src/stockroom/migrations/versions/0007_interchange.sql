create schema interchange;

-- What came from an older system, by its id there: a second import finds it and changes nothing.
create table interchange.imported (
    source_id text primary key,
    entity text not null,
    entity_id uuid not null,
    imported_at timestamptz not null default now()
);

-- Old documents, kept whole for reading; they are not posted to the ledger.
create table interchange.old_document (
    source_id text primary key,
    system text not null,
    kind text not null,
    old_id text not null,
    dated date,
    summary text not null default '',
    content jsonb not null
);
create index old_document_dated on interchange.old_document (kind, dated);
