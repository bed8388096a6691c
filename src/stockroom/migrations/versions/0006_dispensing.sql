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
    no_known_allergies boolean not null default false,
    history text not null default '',
    active boolean not null default true,
    merged_into_id uuid references dispensing.patient (id),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    search_text text generated always as (platform.fold(file_number || ' ' || name)) stored,
    constraint merged_is_inactive check (merged_into_id is null or not active),
    constraint no_allergies_beside_some check (
        not no_known_allergies or (allergies = '' and allergy_groups = '{}'))
);
create unique index patient_file_number on dispensing.patient (lower(file_number));
create index patient_search on dispensing.patient using gin (search_text gin_trgm_ops);
create index patient_sort on dispensing.patient (platform.fold(name), id);
create index patient_department on dispensing.patient (department_id);
create index patient_merged_into on dispensing.patient (merged_into_id) where merged_into_id is not null;

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
create index dispensing_place on dispensing.dispensing (place_id, id);
create index dispensing_department on dispensing.dispensing (department_id, id);

-- What is wanted and not given is owed; a later line that gives it names the line it settles.
create table dispensing.dispensing_line (
    dispensing_id uuid not null references dispensing.dispensing (id),
    line integer not null check (line >= 1),
    product_id uuid not null references catalog.product (id),
    wanted numeric(18, 6) not null check (wanted > 0),
    quantity numeric(18, 6) not null check (quantity >= 0),
    directions text not null default '',
    settles_id uuid,
    settles_line integer,
    primary key (dispensing_id, line),
    foreign key (settles_id, settles_line) references dispensing.dispensing_line (dispensing_id, line) match full,
    constraint given_within_wanted check (quantity <= wanted)
);
create index dispensing_line_product on dispensing.dispensing_line (product_id, dispensing_id);
create index dispensing_line_owed on dispensing.dispensing_line (dispensing_id, line) where quantity < wanted;
create index dispensing_line_settles on dispensing.dispensing_line (settles_id, settles_line)
    where settles_id is not null;

-- An owed rest that nobody needs any more.
create table dispensing.owed_cancelled (
    dispensing_id uuid not null,
    line integer not null,
    reason text not null check (reason <> ''),
    at timestamptz not null,
    actor_id uuid references people.account (id),
    actor_name text not null,
    primary key (dispensing_id, line),
    foreign key (dispensing_id, line) references dispensing.dispensing_line (dispensing_id, line)
);

-- Lines with an open rest. Reversed dispensings neither owe nor settle.
create view dispensing.owed as
select
    l.dispensing_id, l.line, l.product_id, l.directions, l.wanted, l.quantity as given,
    l.wanted - l.quantity - taken.over as owed
from dispensing.dispensing_line l
cross join lateral (
    select coalesce(sum(n.wanted), 0) as over
    from dispensing.dispensing_line n
    where n.settles_id = l.dispensing_id and n.settles_line = l.line
        and not exists (
            select from stock.document r where r.reverses_id = n.dispensing_id and r.kind = 'reversal')
) taken
where l.quantity < l.wanted
    and l.wanted - l.quantity > taken.over
    and not exists (select from stock.document r where r.reverses_id = l.dispensing_id and r.kind = 'reversal')
    and not exists (
        select from dispensing.owed_cancelled c where c.dispensing_id = l.dispensing_id and c.line = l.line);

-- A warning that was shown and the reason the person gave for going on.
create table dispensing.answered_warning (
    dispensing_id uuid not null references dispensing.dispensing (id),
    code text not null,
    product_id uuid not null references catalog.product (id),
    reason text not null check (reason <> ''),
    primary key (dispensing_id, code, product_id)
);
