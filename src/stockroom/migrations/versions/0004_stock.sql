create schema stock;

create table stock.place (
    id uuid primary key,
    code text not null check (code <> ''),
    name text not null check (name <> ''),
    kind text not null check (kind in
        ('site', 'storage', 'ward', 'production', 'bin', 'supplier', 'customer', 'patient', 'loss', 'opening')),
    outside boolean not null default false,
    parent_id uuid references stock.place (id),
    department_id uuid references people.department (id),
    location text not null default '',
    is_main boolean not null default false,
    active boolean not null default true,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    search_text text generated always as (platform.fold(code || ' ' || name || ' ' || location)) stored,
    constraint outside_by_kind check (
        kind = 'production' or outside = (kind in ('supplier', 'customer', 'patient', 'loss', 'opening'))),
    constraint main_stays_active check (active or not is_main)
);
create unique index place_code on stock.place (lower(code));
create unique index place_outside on stock.place (kind) where outside;
create unique index place_only_one_main on stock.place (is_main) where is_main;
create index place_department on stock.place (department_id);
create index place_parent on stock.place (parent_id);
create index place_search on stock.place using gin (search_text gin_trgm_ops);

insert into stock.place (id, code, name, kind, outside) values
    ('00000000-0000-7000-8000-000000000001', 'SUPPLIER', 'Supplier', 'supplier', true),
    ('00000000-0000-7000-8000-000000000002', 'CUSTOMER', 'Customer', 'customer', true),
    ('00000000-0000-7000-8000-000000000003', 'PATIENT', 'Patient', 'patient', true),
    ('00000000-0000-7000-8000-000000000004', 'PRODUCTION', 'Production', 'production', true),
    ('00000000-0000-7000-8000-000000000005', 'LOSS', 'Loss', 'loss', true),
    ('00000000-0000-7000-8000-000000000006', 'OPENING', 'Opening', 'opening', true);

-- A product that is not batch-tracked has one nameless batch.
create table stock.batch (
    id uuid primary key,
    product_id uuid not null references catalog.product (id),
    code text not null default '',
    expires_on date,
    supplier_id uuid references catalog.supplier (id),
    unit_cost numeric(18, 4) check (unit_cost >= 0),
    status text not null default 'available' check (status in ('available', 'on_hold', 'recalled')),
    status_reason text not null default '',
    version integer not null default 1,
    created_at timestamptz not null default now(),
    search_text text generated always as (platform.fold(code)) stored
);
create unique index batch_code on stock.batch (product_id, lower(code), expires_on) nulls not distinct;
create index batch_expiry on stock.batch (expires_on) where expires_on is not null;
create index batch_sort on stock.batch ((coalesce(expires_on, date '9999-12-31')), id);
create index batch_search on stock.batch using gin (search_text gin_trgm_ops);

-- Every movement belongs to one document; other modules extend a document under the same id.
create table stock.document (
    id uuid primary key,
    kind text not null check (kind in ('receipt', 'issue', 'transfer', 'adjustment', 'disposal',
        'dispensing', 'return', 'opening', 'reversal')),
    number text not null unique,
    at timestamptz not null,
    recorded_at timestamptz not null default now(),
    actor_id uuid references people.account (id),
    actor_name text not null,
    from_place_id uuid references stock.place (id),
    to_place_id uuid references stock.place (id),
    reason text not null default '',
    note text not null default '',
    reverses_id uuid references stock.document (id),
    search_text text generated always as (platform.fold(number || ' ' || note)) stored
);
create index document_search on stock.document using gin (search_text gin_trgm_ops);
create index document_kind on stock.document (kind, at, id);
create index document_at on stock.document (at, id);
create index document_reverses on stock.document (reverses_id) where reverses_id is not null;
create trigger document_append_only before update or delete on stock.document
    for each row execute function platform.refuse_change();
create trigger document_no_truncate before truncate on stock.document
    for each statement execute function platform.refuse_change();

-- The ledger: double entry, append only. Its order is seq, not the clock.
create table stock.movement (
    seq bigint generated always as identity primary key,
    document_id uuid not null references stock.document (id),
    line integer not null check (line >= 1),
    product_id uuid not null references catalog.product (id),
    batch_id uuid not null references stock.batch (id),
    from_place_id uuid not null references stock.place (id),
    to_place_id uuid not null references stock.place (id),
    quantity numeric(18, 6) not null check (quantity > 0),
    unit_cost numeric(18, 4),
    at timestamptz not null,
    reverses_seq bigint references stock.movement (seq),
    constraint moves_somewhere check (from_place_id <> to_place_id)
);
create index movement_document on stock.movement (document_id, seq);
create index movement_product on stock.movement (product_id, seq);
create index movement_batch on stock.movement (batch_id, seq);
create index movement_from on stock.movement (from_place_id, seq);
create index movement_to on stock.movement (to_place_id, seq);
create index movement_at on stock.movement (at);
create index movement_reverses on stock.movement (reverses_seq) where reverses_seq is not null;
create trigger movement_append_only before update or delete on stock.movement
    for each row execute function platform.refuse_change();
create trigger movement_no_truncate before truncate on stock.movement
    for each statement execute function platform.refuse_change();

-- Written in the same transaction as the movements. Rules refuse politely; this refuses always.
create table stock.balance (
    batch_id uuid not null references stock.batch (id),
    place_id uuid not null references stock.place (id),
    product_id uuid not null references catalog.product (id),
    on_hand numeric(18, 6) not null default 0,
    reserved numeric(18, 6) not null default 0,
    on_hold numeric(18, 6) not null default 0,
    primary key (batch_id, place_id),
    constraint on_hand_not_negative check (on_hand >= 0),
    constraint reserved_not_negative check (reserved >= 0),
    constraint on_hold_not_negative check (on_hold >= 0),
    constraint promised_within_on_hand check (reserved + on_hold <= on_hand)
);
create index balance_product on stock.balance (product_id, place_id);
create index balance_place on stock.balance (place_id, product_id);

-- What a balance means to people: held back (its own hold, or all that is not promised where the whole batch is
-- held or recalled), and what may be taken today (nothing of a batch that is held, recalled or expired).
create function stock.held(on_hand numeric, reserved numeric, on_hold numeric, status text) returns numeric
    language sql immutable parallel safe
    return case when status = 'available' then on_hold else on_hand - reserved end;

create function stock.available(
    on_hand numeric, reserved numeric, on_hold numeric, status text, expires_on date, today date
) returns numeric
    language sql immutable parallel safe
    return case when status <> 'available' or expires_on < today then 0 else on_hand - reserved - on_hold end;

-- Minimum, reorder point and maximum; place null means the whole organisation.
create table stock.level (
    id uuid primary key,
    product_id uuid not null references catalog.product (id),
    place_id uuid references stock.place (id),
    minimum numeric(18, 6) not null default 0 check (minimum >= 0),
    reorder_at numeric(18, 6) not null default 0 check (reorder_at >= 0),
    maximum numeric(18, 6) check (maximum >= reorder_at),
    version integer not null default 1,
    constraint reorder_above_minimum check (reorder_at >= minimum),
    unique nulls not distinct (product_id, place_id)
);
