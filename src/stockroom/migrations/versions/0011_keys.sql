alter table people.role
    add column description text not null default '',
    add column active boolean not null default true,
    add column created_at timestamptz not null default now(),
    add constraint role_name_given check (name <> ''),
    add constraint role_builtin_stays check (active or not builtin);
-- The names of built-in roles come with the program: a later one must not stop the start.
create unique index role_name on people.role (platform.fold(name)) where active and not builtin;
create index account_role on people.account (role_code);

-- Counts what ends every way in at once: a new password, another role, being disabled. A key carries the number
-- it was made under, and is dead under any other.
alter table people.account add column access_epoch integer not null default 1;

-- Only the hash of a key's secret is stored; the prefix is what people know it by.
create table people.api_key (
    id uuid primary key,
    account_id uuid not null references people.account (id) on delete cascade,
    name text not null check (name <> ''),
    prefix text not null,
    secret_hash bytea not null unique check (length(secret_hash) = 32),
    old_hash bytea unique check (length(old_hash) = 32),
    old_until timestamptz,
    scopes text[] not null check (cardinality(scopes) > 0),
    access_epoch integer not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz,
    version integer not null default 1,
    search_text text generated always as (platform.fold(name || ' ' || prefix)) stored,
    constraint api_key_expires check (expires_at > created_at),
    constraint api_key_old_together check ((old_hash is null) = (old_until is null))
);
create index api_key_account on people.api_key (account_id);
create index api_key_search on people.api_key using gin (search_text gin_trgm_ops);

-- The one place that says whether a key works; what asks for its secret asks this too.
create function people.key_state(key people.api_key, owner people.account, at timestamptz) returns text
    language sql immutable
    return case
        when key.revoked_at is not null then 'revoked'
        when key.expires_at <= at then 'expired'
        when not owner.active or key.access_epoch <> owner.access_epoch then 'stopped'
        else 'working'
    end;
