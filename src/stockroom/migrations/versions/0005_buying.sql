create schema buying;

create table buying.receipt (
    id uuid primary key references stock.document (id),
    supplier_id uuid not null references catalog.supplier (id),
    place_id uuid not null references stock.place (id),
    invoice_number text not null default '',
    -- what must be unique; emptied when the receipt is reversed, so that it can be entered again
    invoice_key text,
    invoice_total numeric(18, 4) check (invoice_total >= 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    received_on date not null,
    total numeric(18, 4) not null default 0,
    -- document number, invoice number and the supplier's name of that day, folded
    search_text text not null
);
create unique index receipt_invoice on buying.receipt (supplier_id, invoice_key) where invoice_key is not null;
create index receipt_supplier on buying.receipt (supplier_id, received_on);
create index receipt_received on buying.receipt (received_on, id);
create index receipt_place on buying.receipt (place_id, received_on);
create index receipt_search on buying.receipt using gin (search_text gin_trgm_ops);

create table buying.receipt_line (
    receipt_id uuid not null references buying.receipt (id),
    line integer not null check (line >= 1),
    product_id uuid not null references catalog.product (id),
    batch_id uuid not null references stock.batch (id),
    pack_id uuid references catalog.pack (id),
    pack_name text not null default '',
    pack_factor numeric(18, 6) not null default 1 check (pack_factor > 0),
    packs numeric(18, 6) not null check (packs > 0),
    quantity numeric(18, 6) not null check (quantity > 0),
    -- per base unit; rounded where the price was given per pack
    unit_price numeric(18, 4) check (unit_price >= 0),
    pack_price numeric(18, 4) check (pack_price >= 0),
    amount numeric(18, 4) not null default 0,
    primary key (receipt_id, line)
);
create index receipt_line_product on buying.receipt_line (product_id);
