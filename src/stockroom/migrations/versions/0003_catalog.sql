create schema catalog;

create table catalog.supplier (
    id uuid primary key,
    name text not null check (name <> ''),
    kind text not null default 'wholesaler'
        check (kind in ('manufacturer', 'wholesaler', 'distributor', 'pharmacy', 'other')),
    contact_person text not null default '',
    phone text not null default '',
    email text not null default '',
    address text not null default '',
    city text not null default '',
    tax_id text not null default '',
    lead_time_days integer not null default 0 check (lead_time_days between 0 and 3650),
    notes text not null default '',
    active boolean not null default true,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    search_text text generated always as (
        platform.fold(name || ' ' || contact_person || ' ' || city || ' ' || tax_id || ' ' || phone)) stored
);
create unique index supplier_name on catalog.supplier (platform.fold(name)) where active;
create index supplier_search on catalog.supplier using gin (search_text gin_trgm_ops);
create index supplier_sort on catalog.supplier (platform.fold(name), id);

create table catalog.dosage_form (
    code text primary key check (code ~ '^[a-z][a-z_]*$'),
    name text not null check (name <> ''),
    name_pl text not null check (name_pl <> ''),
    active boolean not null default true,
    version integer not null default 1,
    search_text text generated always as (platform.fold(code || ' ' || name || ' ' || name_pl)) stored
);
insert into catalog.dosage_form (code, name, name_pl) values
    ('tablet', 'tablet', 'tabletka'), ('capsule', 'capsule', 'kapsułka'), ('syrup', 'syrup', 'syrop'),
    ('injection', 'injection', 'roztwór do wstrzykiwań'), ('infusion', 'infusion', 'roztwór do infuzji'),
    ('cream', 'cream', 'krem'), ('ointment', 'ointment', 'maść'), ('drops', 'drops', 'krople'),
    ('suspension', 'suspension', 'zawiesina'), ('suppository', 'suppository', 'czopek'),
    ('inhaler', 'inhaler', 'inhalator'), ('solution', 'solution', 'roztwór'), ('powder', 'powder', 'proszek'),
    ('spray', 'spray', 'aerozol'), ('patch', 'patch', 'plaster'), ('gel', 'gel', 'żel'),
    ('other', 'other', 'inna');

create table catalog.product (
    id uuid primary key,
    code text not null check (code <> ''),
    name text not null check (name <> ''),
    kind text not null check (kind in ('goods', 'component', 'finished', 'service', 'medicine')),
    category text not null default '',
    unit text not null check (unit <> ''),
    precision smallint not null default 0 check (precision between 0 and 6),
    vat_rate numeric(5, 2) check (vat_rate between 0 and 100),
    batch_tracked boolean not null default false,
    expiry_tracked boolean not null default false,
    lead_time_days integer not null default 0 check (lead_time_days between 0 and 3650),
    preferred_supplier_id uuid references catalog.supplier (id),
    supplier_code text not null default '',
    notes text not null default '',
    active boolean not null default true,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    -- medical fields (C2); empty for anything but a medicine
    generic_name text not null default '',
    brand_name text not null default '',
    strength text not null default '',
    form_code text references catalog.dosage_form (code),
    route text not null default '',
    atc_code text not null default '' check (atc_code ~ '^([A-Z]([0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?)?)?$'),
    prescription_only boolean not null default false,
    controlled_class text not null default '',
    storage_condition text not null default '',
    high_alert boolean not null default false,
    look_alike boolean not null default false,
    allergy_groups text[] not null default '{}',
    search_text text generated always as (platform.fold(
        code || ' ' || name || ' ' || generic_name || ' ' || brand_name || ' ' || strength || ' '
        || atc_code || ' ' || category || ' ' || supplier_code)) stored,
    constraint expiry_needs_batch check (batch_tracked or not expiry_tracked)
);
create unique index product_code on catalog.product (lower(code));
create index product_search on catalog.product using gin (search_text gin_trgm_ops);
create index product_sort_name on catalog.product (platform.fold(name), id);
create index product_sort_code on catalog.product (platform.fold(code), id);
create index product_begins_name on catalog.product (platform.fold(name) text_pattern_ops);
create index product_begins_code on catalog.product (platform.fold(code) text_pattern_ops);
create index product_supplier on catalog.product (preferred_supplier_id);
create index product_category on catalog.product (category);

create table catalog.pack (
    id uuid primary key,
    product_id uuid not null references catalog.product (id),
    name text not null check (name <> ''),
    factor numeric(18, 6) not null check (factor > 0),
    active boolean not null default true
);
create unique index pack_name on catalog.pack (product_id, lower(name)) where active;

-- GTINs are kept as 14 digits; codes of other kinds as they are.
create function catalog.barcode_key(code text) returns text
    language sql immutable strict parallel safe
    return case when code ~ '^([0-9]{8}|[0-9]{12,14})$' then lpad(code, 14, '0') else code end;

create table catalog.barcode (
    code text primary key check (code <> ''),
    product_id uuid not null references catalog.product (id),
    pack_id uuid references catalog.pack (id)
);
create index barcode_product on catalog.barcode (product_id);

create table catalog.price (
    id uuid primary key,
    product_id uuid not null references catalog.product (id),
    kind text not null check (kind in ('purchase', 'sale')),
    amount numeric(18, 4) not null check (amount >= 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    valid_from date not null,
    created_at timestamptz not null default now(),
    unique (product_id, kind, currency, valid_from)
);
