-- Mail that leaves after the commit that posted it. What it says is erased once it was sent or given up:
-- it may hold a one-time link. 'nobody': posted for an address that no user has, so that asking for one costs
-- the same either way; it is never sent.
create table platform.outbox (
    id uuid primary key,
    recipient text not null check (recipient <> ''),
    template text not null,
    subject text not null,
    body_text text,
    body_html text,
    state text not null default 'waiting' check (state in ('waiting', 'sent', 'given_up', 'nobody')),
    attempts integer not null default 0,
    posted_at timestamptz not null default now(),
    due_at timestamptz not null default now(),
    ended_at timestamptz,
    last_error text not null default '',
    constraint said_only_while_waiting check (
        (state = 'waiting') = (body_text is not null) and (state = 'waiting') = (body_html is not null)),
    constraint ended_when_not_waiting check ((state = 'waiting') = (ended_at is null))
);
create index outbox_due on platform.outbox (due_at, id) where state = 'waiting';
create index outbox_ended on platform.outbox (ended_at) where state <> 'waiting';

-- One-time links by mail: only the hash of the token. account_id is null where nobody has the address.
create table people.one_time_link (
    token_hash bytea primary key check (length(token_hash) = 32),
    account_id uuid references people.account (id) on delete cascade,
    purpose text not null check (purpose in ('reset', 'invitation')),
    created_at timestamptz not null,
    expires_at timestamptz not null
);
-- A newer link takes the place of the older one.
create unique index one_time_link_account on people.one_time_link (account_id, purpose);
create index one_time_link_expires on people.one_time_link (expires_at);

-- Null: the organisation's.
alter table people.account add column time_zone text check (time_zone <> '');
