create extension if not exists pg_trgm with schema public;
create extension if not exists unaccent with schema public;

-- pg_trgm says that comparing two texts costs as much as adding two numbers; told the truth, the planner takes
-- the trigram index for searches. Who does not own the extension's functions goes without.
do $$
begin
    alter function public.word_similarity_op(text, text) cost 200;
exception when insufficient_privilege then
    null;
end
$$;

create schema platform;

-- Search and sorting fold accents and case. Declared immutable so that it can be indexed: the dictionary
-- named here is not changed at run time.
create function platform.fold(value text) returns text
    language sql immutable strict parallel safe
    return lower(public.unaccent('public.unaccent'::regdictionary, value));

create function platform.refuse_change() returns trigger
    language plpgsql as $$
begin
    raise exception '% of %.% is refused: it is append-only', tg_op, tg_table_schema, tg_table_name
        using errcode = 'restrict_violation';
end
$$;

-- The audit trail. Each hash covers the entry and the hash before it.
create table platform.audit_entry (
    seq bigint primary key,
    at timestamptz not null,
    actor_id text not null,
    actor_name text not null,
    request_id text not null,
    action text not null,
    entity text not null,
    entity_id text not null,
    before jsonb,
    after jsonb,
    reason text not null,
    hash bytea not null
);
create index audit_entry_entity on platform.audit_entry (entity, entity_id, seq);
create index audit_entry_actor on platform.audit_entry (actor_id, seq);
create index audit_entry_at on platform.audit_entry (at);

create trigger audit_entry_append_only before update or delete on platform.audit_entry
    for each row execute function platform.refuse_change();
create trigger audit_entry_no_truncate before truncate on platform.audit_entry
    for each statement execute function platform.refuse_change();

create table platform.audit_head (
    only_one boolean primary key default true check (only_one),
    seq bigint not null,
    hash bytea not null
);
insert into platform.audit_head (seq, hash) values (0, sha256('stockroom'::bytea));

-- Entries come in at the end of a transaction, so that the head is locked only until the commit.
create function platform.append_audit(entries jsonb) returns void
    language plpgsql as $$
declare
    head platform.audit_head;
    entry jsonb;
    moment timestamptz := clock_timestamp();
begin
    select * into head from platform.audit_head for update;
    for entry in select value from jsonb_array_elements(entries) loop
        head.seq := head.seq + 1;
        head.hash := sha256(head.hash || convert_to(jsonb_build_array(
            head.seq, to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
            entry ->> 'actor_id', entry ->> 'actor_name', entry ->> 'request_id', entry ->> 'action',
            entry ->> 'entity', entry ->> 'entity_id', nullif(entry -> 'before', 'null'),
            nullif(entry -> 'after', 'null'), entry ->> 'reason')::text, 'UTF8'));
        insert into platform.audit_entry values (
            head.seq, moment, entry ->> 'actor_id', entry ->> 'actor_name', entry ->> 'request_id',
            entry ->> 'action', entry ->> 'entity', entry ->> 'entity_id', nullif(entry -> 'before', 'null'),
            nullif(entry -> 'after', 'null'), entry ->> 'reason', head.hash);
    end loop;
    update platform.audit_head set seq = head.seq, hash = head.hash;
end
$$;

create table platform.idempotency (
    account_id text not null,
    key text not null check (length(key) between 1 and 200),
    fingerprint bytea not null,
    at timestamptz not null default now(),
    status smallint,
    headers jsonb,
    body bytea,
    primary key (account_id, key)
);
create index idempotency_at on platform.idempotency (at);

-- Document numbers without gaps: the row stays locked until the posting transaction ends.
create table platform.counter (
    kind text not null,
    year smallint not null,
    last bigint not null check (last >= 0),
    primary key (kind, year)
);
