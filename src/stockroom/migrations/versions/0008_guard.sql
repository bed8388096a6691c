-- Sliding logs of what was let through: every worker counts in the same place, and a restart forgets nothing.
create table platform.rate_limit (
    key text primary key,
    hits timestamptz[] not null,
    granted boolean not null default true,
    expires_at timestamptz not null
);
create index rate_limit_expires on platform.rate_limit (expires_at);

-- What happened at the doors. Refusals of one kind from one address are one row a minute: a flood fills no disk.
create table platform.security_event (
    id uuid primary key,
    at timestamptz not null,
    last_at timestamptz not null,
    event text not null,
    account_id uuid,
    account text not null default '',
    address text not null,
    path text not null,
    request_id text not null,
    facts jsonb not null default '{}',
    times integer not null default 1 check (times > 0),
    bucket text unique
);
create index security_event_at on platform.security_event (at desc, id);
create index security_event_event on platform.security_event (event, at desc);
create index security_event_account on platform.security_event (account_id, at desc);
create index security_event_address on platform.security_event (address, at desc);

-- Wrong passwords in a row. `subject` stands for an account, or for a name that is nobody's: both are locked alike.
-- The row with the empty address counts over all addresses.
create table people.sign_in_attempt (
    subject bytea not null,
    address text not null,
    account_id uuid references people.account (id) on delete cascade,
    failures integer not null check (failures > 0),
    allowed boolean not null default true,
    last_at timestamptz not null,
    primary key (subject, address)
);
create index sign_in_attempt_account on people.sign_in_attempt (account_id);
create index sign_in_attempt_last on people.sign_in_attempt (last_at);
