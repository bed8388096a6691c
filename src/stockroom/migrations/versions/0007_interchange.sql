create schema interchange;

-- What came from an older system, by its id there: a second import finds it and changes nothing.
-- entity_id is the id here (a code for dosage forms); digests are short hashes of each field as it came,
-- so that a later import can say what has changed there without the old values being kept.
create table interchange.imported (
    source_id text primary key,
    entity text not null,
    entity_id text not null,
    digests jsonb not null default '{}',
    imported_at timestamptz not null default now()
);
create index imported_entity on interchange.imported (entity, entity_id);

-- Old documents, and records that found no place, kept whole for reading; they are not posted to the ledger.
-- departments are those concerned: people bound to others do not see the document.
create table interchange.old_document (
    id uuid primary key,
    source_id text not null unique,
    system text not null,
    kind text not null,
    old_id text not null,
    dated date,
    summary text not null default '',
    departments uuid[] not null default '{}',
    content jsonb not null,
    digest text not null,
    search_text text generated always as (platform.fold(old_id || ' ' || summary)) stored
);
create index old_document_dated on interchange.old_document (dated, id);
create index old_document_kind on interchange.old_document (kind, dated);
create index old_document_search on interchange.old_document using gin (search_text gin_trgm_ops);
create index old_document_departments on interchange.old_document using gin (departments);

-- A source that was read, planned and rehearsed, and waits for somebody to say yes. Holds no password.
-- The plan goes when it was imported; the whole goes after a day.
create table interchange.draft (
    id uuid primary key,
    account_id uuid references people.account (id),
    name text not null,
    made_at timestamptz not null,
    imported_at timestamptz,
    plan bytea not null,
    report bytea not null
);
create index draft_made_at on interchange.draft (made_at);
