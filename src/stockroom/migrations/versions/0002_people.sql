create schema people;

create table people.department (
    id uuid primary key,
    name text not null check (name <> ''),
    description text not null default '',
    responsible_person text not null default '',
    phone text not null default '',
    notes text not null default '',
    is_main boolean not null default false,
    active boolean not null default true,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    search_text text generated always as (
        platform.fold(name || ' ' || responsible_person || ' ' || phone)) stored,
    constraint main_stays_active check (active or not is_main)
);
create unique index department_name on people.department (platform.fold(name)) where active;
create unique index department_only_one_main on people.department (is_main) where is_main;
create index department_search on people.department using gin (search_text gin_trgm_ops);

create table people.role (
    code text primary key,
    name text not null,
    permissions text[] not null,
    builtin boolean not null default false,
    privileged boolean not null default false,
    version integer not null default 1
);

create table people.account (
    id uuid primary key,
    username text not null check (username <> ''),
    email text not null default '',
    name text not null check (name <> ''),
    role_code text not null references people.role (code),
    password_hash text,
    password_changed_at timestamptz,
    phone text not null default '',
    language text check (language in ('en', 'pl')),
    theme text not null default 'auto' check (theme in ('auto', 'light', 'dark')),
    active boolean not null default true,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    last_sign_in_at timestamptz,
    search_text text generated always as (platform.fold(username || ' ' || email || ' ' || name)) stored
);
create unique index account_username on people.account (lower(username));
create unique index account_email on people.account (lower(email)) where email <> '';
create index account_search on people.account using gin (search_text gin_trgm_ops);

create table people.account_department (
    account_id uuid not null references people.account (id) on delete cascade,
    department_id uuid not null references people.department (id),
    primary key (account_id, department_id)
);
create index account_department_department on people.account_department (department_id);

-- Only the hash of the session's random id is stored.
create table people.session (
    token_hash bytea primary key check (length(token_hash) = 32),
    id uuid not null unique,
    account_id uuid not null references people.account (id) on delete cascade,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null,
    address text not null default '',
    user_agent text not null default ''
);
create index session_account on people.session (account_id);
create index session_expires on people.session (expires_at);
