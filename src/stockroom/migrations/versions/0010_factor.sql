-- A pending session has the password behind it and owes the second factor; it opens nothing else.
alter table people.session
    add column pending boolean not null default false,
    add column stepped_up_at timestamptz,
    add column factor_tries integer not null default 0 check (factor_tries >= 0);

-- One authenticator app for each person. The secret is sealed; last_step makes each code good once.
create table people.totp (
    account_id uuid primary key references people.account (id) on delete cascade,
    secret bytea not null,
    last_step bigint not null default 0,
    created_at timestamptz not null,
    confirmed_at timestamptz,
    last_used_at timestamptz
);

create table people.passkey (
    id uuid primary key,
    account_id uuid not null references people.account (id) on delete cascade,
    credential_id bytea not null unique check (length(credential_id) between 1 and 1023),
    public_key bytea not null,
    sign_count bigint not null check (sign_count >= 0),
    name text not null check (name <> ''),
    synced boolean not null,
    created_at timestamptz not null,
    last_used_at timestamptz
);
create index passkey_account on people.passkey (account_id);

-- What a browser was asked to sign: good once, for the session or visitor that asked.
create table people.passkey_challenge (
    challenge bytea primary key,
    bound_to bytea not null,
    purpose text not null check (purpose in ('create', 'get')),
    expires_at timestamptz not null
);
create index passkey_challenge_expires on people.passkey_challenge (expires_at);

-- Keyed hashes of the codes that stand in for a lost device.
create table people.recovery_code (
    account_id uuid not null references people.account (id) on delete cascade,
    code_hash bytea not null check (length(code_hash) = 32),
    used_at timestamptz,
    primary key (account_id, code_hash)
);
