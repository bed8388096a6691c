-- What people uploaded: a photo (a large and a small version) or a document, and the thing it belongs to, named as
-- in the audit trail. The bytes are under the data directory, by random key. A file that was replaced or removed is
-- released: nobody gets it any more, the row and its bytes go a day later.
create table platform.file (
    id uuid primary key,
    entity text not null,
    entity_id uuid not null,
    kind text not null check (kind in ('photo', 'document')),
    key text not null unique check (key ~ '^[0-9a-f]{32}$'),
    small_key text unique check (small_key ~ '^[0-9a-f]{32}$'),
    sha256 bytea not null check (length(sha256) = 32),
    size bigint not null check (size > 0),
    media_type text not null check (media_type in ('image/webp', 'application/pdf')),
    name text not null check (length(name) between 1 and 200),
    created_by uuid,
    created_by_name text not null,
    created_at timestamptz not null,
    released_at timestamptz,
    check ((kind = 'photo') = (small_key is not null))
);
create unique index file_one_photo on platform.file (entity, entity_id)
    where kind = 'photo' and released_at is null;
create index file_documents on platform.file (entity, entity_id, created_at)
    where kind = 'document' and released_at is null;
create index file_released on platform.file (released_at) where released_at is not null;
