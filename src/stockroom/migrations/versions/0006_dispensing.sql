create schema dispensing;

create table dispensing.patient (
    id uuid primary key,
    file_number text not null check (file_number <> ''),
    name text not null check (name <> ''),
    sex text not null default 'unknown' check (sex in ('female', 'male', 'other', 'unknown')),
    birth_date date,
    birth_estimated boolean not null default false,
    department_id uuid references people.department (id),
    phone text not null default '',
    address text not null default '',
    allergies text not null default '',
    allergy_groups text[] not null default '{}',
    history text not null default '',
    active boolean not null default true,
    merged_into_id uuid references dispensing.patient (id),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    search_text text generated always as (platform.fold(file_number || ' ' || name)) stored,
    constraint merged_is_inactive check (merged_into_id is null or not active)
);
create unique index patient_file_number on dispensing.patient (lower(file_number));
create index patient_search on dispensing.patient using gin (search_text gin_trgm_ops);
create index patient_sort on dispensing.patient (platform.fold(name), id);
create index patient_department on dispensing.patient (department_id);

create table dispensing.prescriber (
    id uuid primary key,
    name text not null check (name <> ''),
    licence text not null default '',
    specialty text not null default '',
    position text not null default '',
    department_id uuid references people.department (id),
    phone text not null default '',
    email text not null default '',
    notes text not null default '',
    active boolean not null default true,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    search_text text generated always as (platform.fold(name || ' ' || licence || ' ' || specialty)) stored
);
create unique index prescriber_licence on dispensing.prescriber (lower(licence)) where licence <> '';
create index prescriber_search on dispensing.prescriber using gin (search_text gin_trgm_ops);
create index prescriber_sort on dispensing.prescriber (platform.fold(name), id);

create table dispensing.dispensing (
    id uuid primary key references stock.document (id),
    patient_id uuid not null references dispensing.patient (id),
    prescriber_id uuid not null references dispensing.prescriber (id),
    department_id uuid references people.department (id),
    place_id uuid not null references stock.place (id)
);
create index dispensing_patient on dispensing.dispensing (patient_id, id);
create index dispensing_prescriber on dispensing.dispensing (prescriber_id, id);

create table dispensing.dispensing_line (
    dispensing_id uuid not null references dispensing.dispensing (id),
    line integer not null check (line >= 1),
    product_id uuid not null references catalog.product (id),
    wanted numeric(18, 6) not null check (wanted > 0),
    quantity numeric(18, 6) not null check (quantity >= 0),
    directions text not null default '',
    primary key (dispensing_id, line),
    constraint given_within_wanted check (quantity <= wanted)
);
create index dispensing_line_product on dispensing.dispensing_line (product_id);

-- A warning that was shown and the reason the person gave for going on.
create table dispensing.answered_warning (
    dispensing_id uuid not null references dispensing.dispensing (id),
    code text not null,
    product_id uuid not null references catalog.product (id),
    reason text not null check (reason <> ''),
    primary key (dispensing_id, code, product_id)
);
