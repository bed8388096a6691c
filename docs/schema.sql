-- The schema of a freshly migrated database. Made by `make schema`; a test keeps it true.

CREATE SCHEMA buying;

CREATE SCHEMA catalog;

CREATE SCHEMA dispensing;

CREATE SCHEMA interchange;

CREATE SCHEMA people;

CREATE SCHEMA platform;

CREATE SCHEMA stock;

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';

CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;

COMMENT ON EXTENSION unaccent IS 'text search dictionary that removes accents';

CREATE FUNCTION catalog.barcode_key(code text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN (code ~ '^([0-9]{8}|[0-9]{12,14})$'::text) THEN lpad(code, 14, '0'::text) ELSE code END;

CREATE FUNCTION platform.fold(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN lower(public.unaccent('public.unaccent'::regdictionary, value));

CREATE TABLE people.account (
    id uuid NOT NULL,
    username text NOT NULL,
    email text DEFAULT ''::text NOT NULL,
    name text NOT NULL,
    role_code text NOT NULL,
    password_hash text,
    password_changed_at timestamp with time zone,
    phone text DEFAULT ''::text NOT NULL,
    language text,
    theme text DEFAULT 'auto'::text NOT NULL,
    active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_sign_in_at timestamp with time zone,
    search_text text GENERATED ALWAYS AS (platform.fold(((((username || ' '::text) || email) || ' '::text) || name))) STORED,
    time_zone text,
    access_epoch integer DEFAULT 1 NOT NULL,
    CONSTRAINT account_language_check CHECK ((language = ANY (ARRAY['en'::text, 'pl'::text]))),
    CONSTRAINT account_name_check CHECK ((name <> ''::text)),
    CONSTRAINT account_theme_check CHECK ((theme = ANY (ARRAY['auto'::text, 'light'::text, 'dark'::text]))),
    CONSTRAINT account_time_zone_check CHECK ((time_zone <> ''::text)),
    CONSTRAINT account_username_check CHECK ((username <> ''::text))
);

CREATE TABLE people.api_key (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    name text NOT NULL,
    prefix text NOT NULL,
    secret_hash bytea NOT NULL,
    old_hash bytea,
    old_until timestamp with time zone,
    scopes text[] NOT NULL,
    access_epoch integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    search_text text GENERATED ALWAYS AS (platform.fold(((name || ' '::text) || prefix))) STORED,
    CONSTRAINT api_key_expires CHECK ((expires_at > created_at)),
    CONSTRAINT api_key_name_check CHECK ((name <> ''::text)),
    CONSTRAINT api_key_old_hash_check CHECK ((length(old_hash) = 32)),
    CONSTRAINT api_key_old_together CHECK (((old_hash IS NULL) = (old_until IS NULL))),
    CONSTRAINT api_key_scopes_check CHECK ((cardinality(scopes) > 0)),
    CONSTRAINT api_key_secret_hash_check CHECK ((length(secret_hash) = 32))
);

CREATE FUNCTION people.key_state(key people.api_key, owner people.account, at timestamp with time zone) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN ((key).revoked_at IS NOT NULL) THEN 'revoked'::text WHEN ((key).expires_at <= at) THEN 'expired'::text WHEN ((NOT (owner).active) OR ((key).access_epoch <> (owner).access_epoch)) THEN 'stopped'::text ELSE 'working'::text END;

CREATE FUNCTION platform.append_audit(entries jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    head platform.audit_head;
    entry jsonb;
    moment timestamptz := clock_timestamp();
begin
    select * into head from platform.audit_head for update;
    for entry in select value from jsonb_array_elements(entries) loop
        head.seq := head.seq + 1;
        head.hash := sha256(head.hash || convert_to(jsonb_build_array(
            head.seq, to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
            entry ->> 'actor_id', entry ->> 'actor_name', entry ->> 'request_id', entry ->> 'action',
            entry ->> 'entity', entry ->> 'entity_id', nullif(entry -> 'before', 'null'),
            nullif(entry -> 'after', 'null'), entry ->> 'reason')::text, 'UTF8'));
        insert into platform.audit_entry values (
            head.seq, moment, entry ->> 'actor_id', entry ->> 'actor_name', entry ->> 'request_id',
            entry ->> 'action', entry ->> 'entity', entry ->> 'entity_id', nullif(entry -> 'before', 'null'),
            nullif(entry -> 'after', 'null'), entry ->> 'reason', head.hash);
    end loop;
    update platform.audit_head set seq = head.seq, hash = head.hash;
end
$$;

CREATE FUNCTION platform.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception '% of %.% is refused: it is append-only', tg_op, tg_table_schema, tg_table_name
        using errcode = 'restrict_violation';
end
$$;

CREATE FUNCTION stock.available(on_hand numeric, reserved numeric, on_hold numeric, status text, expires_on date, today date) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN ((status <> 'available'::text) OR (expires_on < today)) THEN (0)::numeric ELSE ((on_hand - reserved) - on_hold) END;

CREATE FUNCTION stock.held(on_hand numeric, reserved numeric, on_hold numeric, status text) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (status = 'available'::text) THEN on_hold ELSE (on_hand - reserved) END;

CREATE TABLE buying.receipt (
    id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    place_id uuid NOT NULL,
    invoice_number text DEFAULT ''::text NOT NULL,
    invoice_key text,
    invoice_total numeric(18,4),
    currency text NOT NULL,
    received_on date NOT NULL,
    total numeric(18,4) DEFAULT 0 NOT NULL,
    search_text text NOT NULL,
    CONSTRAINT receipt_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT receipt_invoice_total_check CHECK ((invoice_total >= (0)::numeric))
);

CREATE TABLE buying.receipt_line (
    receipt_id uuid NOT NULL,
    line integer NOT NULL,
    product_id uuid NOT NULL,
    batch_id uuid NOT NULL,
    pack_id uuid,
    pack_name text DEFAULT ''::text NOT NULL,
    pack_factor numeric(18,6) DEFAULT 1 NOT NULL,
    packs numeric(18,6) NOT NULL,
    quantity numeric(18,6) NOT NULL,
    unit_price numeric(18,4),
    pack_price numeric(18,4),
    amount numeric(18,4) DEFAULT 0 NOT NULL,
    CONSTRAINT receipt_line_line_check CHECK ((line >= 1)),
    CONSTRAINT receipt_line_pack_factor_check CHECK ((pack_factor > (0)::numeric)),
    CONSTRAINT receipt_line_pack_price_check CHECK ((pack_price >= (0)::numeric)),
    CONSTRAINT receipt_line_packs_check CHECK ((packs > (0)::numeric)),
    CONSTRAINT receipt_line_quantity_check CHECK ((quantity > (0)::numeric)),
    CONSTRAINT receipt_line_unit_price_check CHECK ((unit_price >= (0)::numeric))
);

CREATE TABLE catalog.barcode (
    code text NOT NULL,
    product_id uuid NOT NULL,
    pack_id uuid,
    CONSTRAINT barcode_code_check CHECK ((code <> ''::text))
);

CREATE TABLE catalog.dosage_form (
    code text NOT NULL,
    name text NOT NULL,
    name_pl text NOT NULL,
    active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    search_text text GENERATED ALWAYS AS (platform.fold(((((code || ' '::text) || name) || ' '::text) || name_pl))) STORED,
    CONSTRAINT dosage_form_code_check CHECK ((code ~ '^[a-z][a-z_]*$'::text)),
    CONSTRAINT dosage_form_name_check CHECK ((name <> ''::text)),
    CONSTRAINT dosage_form_name_pl_check CHECK ((name_pl <> ''::text))
);

CREATE TABLE catalog.pack (
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    name text NOT NULL,
    factor numeric(18,6) NOT NULL,
    active boolean DEFAULT true NOT NULL,
    CONSTRAINT pack_factor_check CHECK ((factor > (0)::numeric)),
    CONSTRAINT pack_name_check CHECK ((name <> ''::text))
);

CREATE TABLE catalog.price (
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    kind text NOT NULL,
    amount numeric(18,4) NOT NULL,
    currency text NOT NULL,
    valid_from date NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT price_amount_check CHECK ((amount >= (0)::numeric)),
    CONSTRAINT price_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT price_kind_check CHECK ((kind = ANY (ARRAY['purchase'::text, 'sale'::text])))
);

CREATE TABLE catalog.product (
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    category text DEFAULT ''::text NOT NULL,
    unit text NOT NULL,
    "precision" smallint DEFAULT 0 NOT NULL,
    vat_rate numeric(5,2),
    batch_tracked boolean DEFAULT false NOT NULL,
    expiry_tracked boolean DEFAULT false NOT NULL,
    lead_time_days integer DEFAULT 0 NOT NULL,
    preferred_supplier_id uuid,
    supplier_code text DEFAULT ''::text NOT NULL,
    notes text DEFAULT ''::text NOT NULL,
    active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    generic_name text DEFAULT ''::text NOT NULL,
    brand_name text DEFAULT ''::text NOT NULL,
    strength text DEFAULT ''::text NOT NULL,
    form_code text,
    route text DEFAULT ''::text NOT NULL,
    atc_code text DEFAULT ''::text NOT NULL,
    prescription_only boolean DEFAULT false NOT NULL,
    controlled_class text DEFAULT ''::text NOT NULL,
    storage_condition text DEFAULT ''::text NOT NULL,
    high_alert boolean DEFAULT false NOT NULL,
    look_alike boolean DEFAULT false NOT NULL,
    allergy_groups text[] DEFAULT '{}'::text[] NOT NULL,
    search_text text GENERATED ALWAYS AS (platform.fold(((((((((((((((code || ' '::text) || name) || ' '::text) || generic_name) || ' '::text) || brand_name) || ' '::text) || strength) || ' '::text) || atc_code) || ' '::text) || category) || ' '::text) || supplier_code))) STORED,
    CONSTRAINT expiry_needs_batch CHECK ((batch_tracked OR (NOT expiry_tracked))),
    CONSTRAINT product_atc_code_check CHECK ((atc_code ~ '^([A-Z]([0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?)?)?$'::text)),
    CONSTRAINT product_code_check CHECK ((code <> ''::text)),
    CONSTRAINT product_kind_check CHECK ((kind = ANY (ARRAY['goods'::text, 'component'::text, 'finished'::text, 'service'::text, 'medicine'::text]))),
    CONSTRAINT product_lead_time_days_check CHECK (((lead_time_days >= 0) AND (lead_time_days <= 3650))),
    CONSTRAINT product_name_check CHECK ((name <> ''::text)),
    CONSTRAINT product_precision_check CHECK ((("precision" >= 0) AND ("precision" <= 6))),
    CONSTRAINT product_unit_check CHECK ((unit <> ''::text)),
    CONSTRAINT product_vat_rate_check CHECK (((vat_rate >= (0)::numeric) AND (vat_rate <= (100)::numeric)))
);

CREATE TABLE catalog.supplier (
    id uuid NOT NULL,
    name text NOT NULL,
    kind text DEFAULT 'wholesaler'::text NOT NULL,
    contact_person text DEFAULT ''::text NOT NULL,
    phone text DEFAULT ''::text NOT NULL,
    email text DEFAULT ''::text NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    city text DEFAULT ''::text NOT NULL,
    tax_id text DEFAULT ''::text NOT NULL,
    lead_time_days integer DEFAULT 0 NOT NULL,
    notes text DEFAULT ''::text NOT NULL,
    active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    search_text text GENERATED ALWAYS AS (platform.fold(((((((((name || ' '::text) || contact_person) || ' '::text) || city) || ' '::text) || tax_id) || ' '::text) || phone))) STORED,
    CONSTRAINT supplier_kind_check CHECK ((kind = ANY (ARRAY['manufacturer'::text, 'wholesaler'::text, 'distributor'::text, 'pharmacy'::text, 'other'::text]))),
    CONSTRAINT supplier_lead_time_days_check CHECK (((lead_time_days >= 0) AND (lead_time_days <= 3650))),
    CONSTRAINT supplier_name_check CHECK ((name <> ''::text))
);

CREATE TABLE dispensing.answered_warning (
    dispensing_id uuid NOT NULL,
    code text NOT NULL,
    product_id uuid NOT NULL,
    reason text NOT NULL,
    CONSTRAINT answered_warning_reason_check CHECK ((reason <> ''::text))
);

CREATE TABLE dispensing.dispensing (
    id uuid NOT NULL,
    patient_id uuid NOT NULL,
    prescriber_id uuid NOT NULL,
    department_id uuid,
    place_id uuid NOT NULL
);

CREATE TABLE dispensing.dispensing_line (
    dispensing_id uuid NOT NULL,
    line integer NOT NULL,
    product_id uuid NOT NULL,
    wanted numeric(18,6) NOT NULL,
    quantity numeric(18,6) NOT NULL,
    directions text DEFAULT ''::text NOT NULL,
    settles_id uuid,
    settles_line integer,
    CONSTRAINT dispensing_line_line_check CHECK ((line >= 1)),
    CONSTRAINT dispensing_line_quantity_check CHECK ((quantity >= (0)::numeric)),
    CONSTRAINT dispensing_line_wanted_check CHECK ((wanted > (0)::numeric)),
    CONSTRAINT given_within_wanted CHECK ((quantity <= wanted))
);

CREATE TABLE dispensing.owed_cancelled (
    dispensing_id uuid NOT NULL,
    line integer NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_id uuid,
    actor_name text NOT NULL,
    CONSTRAINT owed_cancelled_reason_check CHECK ((reason <> ''::text))
);

CREATE TABLE stock.document (
    id uuid NOT NULL,
    kind text NOT NULL,
    number text NOT NULL,
    at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    actor_id uuid,
    actor_name text NOT NULL,
    from_place_id uuid,
    to_place_id uuid,
    reason text DEFAULT ''::text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    reverses_id uuid,
    search_text text GENERATED ALWAYS AS (platform.fold(((number || ' '::text) || note))) STORED,
    CONSTRAINT document_kind_check CHECK ((kind = ANY (ARRAY['receipt'::text, 'issue'::text, 'transfer'::text, 'adjustment'::text, 'disposal'::text, 'dispensing'::text, 'return'::text, 'opening'::text, 'reversal'::text])))
);

CREATE VIEW dispensing.owed AS
 SELECT l.dispensing_id,
    l.line,
    l.product_id,
    l.directions,
    l.wanted,
    l.quantity AS given,
    ((l.wanted - l.quantity) - taken.over) AS owed
   FROM (dispensing.dispensing_line l
     CROSS JOIN LATERAL ( SELECT COALESCE(sum(n.wanted), (0)::numeric) AS over
           FROM dispensing.dispensing_line n
          WHERE ((n.settles_id = l.dispensing_id) AND (n.settles_line = l.line) AND (NOT (EXISTS ( SELECT
                   FROM stock.document r
                  WHERE ((r.reverses_id = n.dispensing_id) AND (r.kind = 'reversal'::text))))))) taken)
  WHERE ((l.quantity < l.wanted) AND ((l.wanted - l.quantity) > taken.over) AND (NOT (EXISTS ( SELECT
           FROM stock.document r
          WHERE ((r.reverses_id = l.dispensing_id) AND (r.kind = 'reversal'::text))))) AND (NOT (EXISTS ( SELECT
           FROM dispensing.owed_cancelled c
          WHERE ((c.dispensing_id = l.dispensing_id) AND (c.line = l.line))))));

CREATE TABLE dispensing.patient (
    id uuid NOT NULL,
    file_number text NOT NULL,
    name text NOT NULL,
    sex text DEFAULT 'unknown'::text NOT NULL,
    birth_date date,
    birth_estimated boolean DEFAULT false NOT NULL,
    department_id uuid,
    phone text DEFAULT ''::text NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    allergies text DEFAULT ''::text NOT NULL,
    allergy_groups text[] DEFAULT '{}'::text[] NOT NULL,
    no_known_allergies boolean DEFAULT false NOT NULL,
    history text DEFAULT ''::text NOT NULL,
    active boolean DEFAULT true NOT NULL,
    merged_into_id uuid,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    search_text text GENERATED ALWAYS AS (platform.fold(((file_number || ' '::text) || name))) STORED,
    CONSTRAINT merged_is_inactive CHECK (((merged_into_id IS NULL) OR (NOT active))),
    CONSTRAINT no_allergies_beside_some CHECK (((NOT no_known_allergies) OR ((allergies = ''::text) AND (allergy_groups = '{}'::text[])))),
    CONSTRAINT patient_file_number_check CHECK ((file_number <> ''::text)),
    CONSTRAINT patient_name_check CHECK ((name <> ''::text)),
    CONSTRAINT patient_sex_check CHECK ((sex = ANY (ARRAY['female'::text, 'male'::text, 'other'::text, 'unknown'::text])))
);

CREATE TABLE dispensing.prescriber (
    id uuid NOT NULL,
    name text NOT NULL,
    licence text DEFAULT ''::text NOT NULL,
    specialty text DEFAULT ''::text NOT NULL,
    "position" text DEFAULT ''::text NOT NULL,
    department_id uuid,
    phone text DEFAULT ''::text NOT NULL,
    email text DEFAULT ''::text NOT NULL,
    notes text DEFAULT ''::text NOT NULL,
    active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    search_text text GENERATED ALWAYS AS (platform.fold(((((name || ' '::text) || licence) || ' '::text) || specialty))) STORED,
    CONSTRAINT prescriber_name_check CHECK ((name <> ''::text))
);

CREATE TABLE interchange.draft (
    id uuid NOT NULL,
    account_id uuid,
    name text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    imported_at timestamp with time zone,
    plan bytea NOT NULL,
    report bytea NOT NULL
);

CREATE TABLE interchange.imported (
    source_id text NOT NULL,
    entity text NOT NULL,
    entity_id text NOT NULL,
    digests jsonb DEFAULT '{}'::jsonb NOT NULL,
    imported_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE interchange.old_document (
    id uuid NOT NULL,
    source_id text NOT NULL,
    system text NOT NULL,
    kind text NOT NULL,
    old_id text NOT NULL,
    dated date,
    summary text DEFAULT ''::text NOT NULL,
    departments uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    content jsonb NOT NULL,
    digest text NOT NULL,
    search_text text GENERATED ALWAYS AS (platform.fold(((old_id || ' '::text) || summary))) STORED
);

CREATE TABLE people.account_department (
    account_id uuid NOT NULL,
    department_id uuid NOT NULL
);

CREATE TABLE people.department (
    id uuid NOT NULL,
    name text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    responsible_person text DEFAULT ''::text NOT NULL,
    phone text DEFAULT ''::text NOT NULL,
    notes text DEFAULT ''::text NOT NULL,
    is_main boolean DEFAULT false NOT NULL,
    active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    search_text text GENERATED ALWAYS AS (platform.fold(((((name || ' '::text) || responsible_person) || ' '::text) || phone))) STORED,
    CONSTRAINT department_name_check CHECK ((name <> ''::text)),
    CONSTRAINT main_stays_active CHECK ((active OR (NOT is_main)))
);

CREATE TABLE people.one_time_link (
    token_hash bytea NOT NULL,
    account_id uuid,
    purpose text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT one_time_link_purpose_check CHECK ((purpose = ANY (ARRAY['reset'::text, 'invitation'::text]))),
    CONSTRAINT one_time_link_token_hash_check CHECK ((length(token_hash) = 32))
);

CREATE TABLE people.passkey (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    credential_id bytea NOT NULL,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    name text NOT NULL,
    synced boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    CONSTRAINT passkey_credential_id_check CHECK (((length(credential_id) >= 1) AND (length(credential_id) <= 1023))),
    CONSTRAINT passkey_name_check CHECK ((name <> ''::text)),
    CONSTRAINT passkey_sign_count_check CHECK ((sign_count >= 0))
);

CREATE TABLE people.passkey_challenge (
    challenge bytea NOT NULL,
    bound_to bytea NOT NULL,
    purpose text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT passkey_challenge_purpose_check CHECK ((purpose = ANY (ARRAY['create'::text, 'get'::text])))
);

CREATE TABLE people.recovery_code (
    account_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT recovery_code_code_hash_check CHECK ((length(code_hash) = 32))
);

CREATE TABLE people.role (
    code text NOT NULL,
    name text NOT NULL,
    permissions text[] NOT NULL,
    builtin boolean DEFAULT false NOT NULL,
    privileged boolean DEFAULT false NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT role_builtin_stays CHECK ((active OR (NOT builtin))),
    CONSTRAINT role_name_given CHECK ((name <> ''::text))
);

CREATE TABLE people.session (
    token_hash bytea NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_seen_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    user_agent text DEFAULT ''::text NOT NULL,
    pending boolean DEFAULT false NOT NULL,
    stepped_up_at timestamp with time zone,
    factor_tries integer DEFAULT 0 NOT NULL,
    CONSTRAINT session_factor_tries_check CHECK ((factor_tries >= 0)),
    CONSTRAINT session_token_hash_check CHECK ((length(token_hash) = 32))
);

CREATE TABLE people.sign_in_attempt (
    subject bytea NOT NULL,
    address text NOT NULL,
    account_id uuid,
    failures integer NOT NULL,
    allowed boolean DEFAULT true NOT NULL,
    last_at timestamp with time zone NOT NULL,
    CONSTRAINT sign_in_attempt_failures_check CHECK ((failures > 0))
);

CREATE TABLE people.totp (
    account_id uuid NOT NULL,
    secret bytea NOT NULL,
    last_step bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone,
    last_used_at timestamp with time zone
);

CREATE TABLE platform.audit_entry (
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_id text NOT NULL,
    actor_name text NOT NULL,
    request_id text NOT NULL,
    action text NOT NULL,
    entity text NOT NULL,
    entity_id text NOT NULL,
    before jsonb,
    after jsonb,
    reason text NOT NULL,
    hash bytea NOT NULL
);

CREATE TABLE platform.audit_head (
    only_one boolean DEFAULT true NOT NULL,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_head_only_one_check CHECK (only_one)
);

CREATE TABLE platform.counter (
    kind text NOT NULL,
    year smallint NOT NULL,
    last bigint NOT NULL,
    CONSTRAINT counter_last_check CHECK ((last >= 0))
);

CREATE TABLE platform.file (
    id uuid NOT NULL,
    entity text NOT NULL,
    entity_id uuid NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    small_key text,
    sha256 bytea NOT NULL,
    size bigint NOT NULL,
    media_type text NOT NULL,
    name text NOT NULL,
    created_by uuid,
    created_by_name text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    released_at timestamp with time zone,
    CONSTRAINT file_check CHECK (((kind = 'photo'::text) = (small_key IS NOT NULL))),
    CONSTRAINT file_key_check CHECK ((key ~ '^[0-9a-f]{32}$'::text)),
    CONSTRAINT file_kind_check CHECK ((kind = ANY (ARRAY['photo'::text, 'document'::text]))),
    CONSTRAINT file_media_type_check CHECK ((media_type = ANY (ARRAY['image/webp'::text, 'application/pdf'::text]))),
    CONSTRAINT file_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT file_sha256_check CHECK ((length(sha256) = 32)),
    CONSTRAINT file_size_check CHECK ((size > 0)),
    CONSTRAINT file_small_key_check CHECK ((small_key ~ '^[0-9a-f]{32}$'::text))
);

CREATE TABLE platform.idempotency (
    account_id text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    status smallint,
    headers jsonb,
    body bytea,
    CONSTRAINT idempotency_key_check CHECK (((length(key) >= 1) AND (length(key) <= 200)))
);

CREATE TABLE platform.outbox (
    id uuid NOT NULL,
    recipient text NOT NULL,
    template text NOT NULL,
    subject text NOT NULL,
    body_text text,
    body_html text,
    state text DEFAULT 'waiting'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    posted_at timestamp with time zone DEFAULT now() NOT NULL,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    last_error text DEFAULT ''::text NOT NULL,
    CONSTRAINT ended_when_not_waiting CHECK (((state = 'waiting'::text) = (ended_at IS NULL))),
    CONSTRAINT outbox_recipient_check CHECK ((recipient <> ''::text)),
    CONSTRAINT outbox_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'given_up'::text, 'nobody'::text]))),
    CONSTRAINT said_only_while_waiting CHECK ((((state = 'waiting'::text) = (body_text IS NOT NULL)) AND ((state = 'waiting'::text) = (body_html IS NOT NULL))))
);

CREATE TABLE platform.rate_limit (
    key text NOT NULL,
    hits timestamp with time zone[] NOT NULL,
    granted boolean DEFAULT true NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

CREATE TABLE platform.security_event (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    event text NOT NULL,
    account_id uuid,
    account text DEFAULT ''::text NOT NULL,
    address text NOT NULL,
    path text NOT NULL,
    request_id text NOT NULL,
    facts jsonb DEFAULT '{}'::jsonb NOT NULL,
    times integer DEFAULT 1 NOT NULL,
    bucket text,
    CONSTRAINT security_event_times_check CHECK ((times > 0))
);

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);

CREATE TABLE stock.balance (
    batch_id uuid NOT NULL,
    place_id uuid NOT NULL,
    product_id uuid NOT NULL,
    on_hand numeric(18,6) DEFAULT 0 NOT NULL,
    reserved numeric(18,6) DEFAULT 0 NOT NULL,
    on_hold numeric(18,6) DEFAULT 0 NOT NULL,
    CONSTRAINT on_hand_not_negative CHECK ((on_hand >= (0)::numeric)),
    CONSTRAINT on_hold_not_negative CHECK ((on_hold >= (0)::numeric)),
    CONSTRAINT promised_within_on_hand CHECK (((reserved + on_hold) <= on_hand)),
    CONSTRAINT reserved_not_negative CHECK ((reserved >= (0)::numeric))
);

CREATE TABLE stock.batch (
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    code text DEFAULT ''::text NOT NULL,
    expires_on date,
    supplier_id uuid,
    unit_cost numeric(18,4),
    status text DEFAULT 'available'::text NOT NULL,
    status_reason text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    search_text text GENERATED ALWAYS AS (platform.fold(code)) STORED,
    CONSTRAINT batch_status_check CHECK ((status = ANY (ARRAY['available'::text, 'on_hold'::text, 'recalled'::text]))),
    CONSTRAINT batch_unit_cost_check CHECK ((unit_cost >= (0)::numeric))
);

CREATE TABLE stock.level (
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    place_id uuid,
    minimum numeric(18,6) DEFAULT 0 NOT NULL,
    reorder_at numeric(18,6) DEFAULT 0 NOT NULL,
    maximum numeric(18,6),
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT level_check CHECK ((maximum >= reorder_at)),
    CONSTRAINT level_minimum_check CHECK ((minimum >= (0)::numeric)),
    CONSTRAINT level_reorder_at_check CHECK ((reorder_at >= (0)::numeric)),
    CONSTRAINT reorder_above_minimum CHECK ((reorder_at >= minimum))
);

CREATE TABLE stock.movement (
    seq bigint NOT NULL,
    document_id uuid NOT NULL,
    line integer NOT NULL,
    product_id uuid NOT NULL,
    batch_id uuid NOT NULL,
    from_place_id uuid NOT NULL,
    to_place_id uuid NOT NULL,
    quantity numeric(18,6) NOT NULL,
    unit_cost numeric(18,4),
    at timestamp with time zone NOT NULL,
    reverses_seq bigint,
    CONSTRAINT movement_line_check CHECK ((line >= 1)),
    CONSTRAINT movement_quantity_check CHECK ((quantity > (0)::numeric)),
    CONSTRAINT moves_somewhere CHECK ((from_place_id <> to_place_id))
);

ALTER TABLE stock.movement ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME stock.movement_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE stock.place (
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    outside boolean DEFAULT false NOT NULL,
    parent_id uuid,
    department_id uuid,
    location text DEFAULT ''::text NOT NULL,
    is_main boolean DEFAULT false NOT NULL,
    active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    search_text text GENERATED ALWAYS AS (platform.fold(((((code || ' '::text) || name) || ' '::text) || location))) STORED,
    CONSTRAINT main_stays_active CHECK ((active OR (NOT is_main))),
    CONSTRAINT outside_by_kind CHECK (((kind = 'production'::text) OR (outside = (kind = ANY (ARRAY['supplier'::text, 'customer'::text, 'patient'::text, 'loss'::text, 'opening'::text]))))),
    CONSTRAINT place_code_check CHECK ((code <> ''::text)),
    CONSTRAINT place_kind_check CHECK ((kind = ANY (ARRAY['site'::text, 'storage'::text, 'ward'::text, 'production'::text, 'bin'::text, 'supplier'::text, 'customer'::text, 'patient'::text, 'loss'::text, 'opening'::text]))),
    CONSTRAINT place_name_check CHECK ((name <> ''::text))
);

ALTER TABLE ONLY buying.receipt_line
    ADD CONSTRAINT receipt_line_pkey PRIMARY KEY (receipt_id, line);

ALTER TABLE ONLY buying.receipt
    ADD CONSTRAINT receipt_pkey PRIMARY KEY (id);

ALTER TABLE ONLY catalog.barcode
    ADD CONSTRAINT barcode_pkey PRIMARY KEY (code);

ALTER TABLE ONLY catalog.dosage_form
    ADD CONSTRAINT dosage_form_pkey PRIMARY KEY (code);

ALTER TABLE ONLY catalog.pack
    ADD CONSTRAINT pack_pkey PRIMARY KEY (id);

ALTER TABLE ONLY catalog.price
    ADD CONSTRAINT price_pkey PRIMARY KEY (id);

ALTER TABLE ONLY catalog.price
    ADD CONSTRAINT price_product_id_kind_currency_valid_from_key UNIQUE (product_id, kind, currency, valid_from);

ALTER TABLE ONLY catalog.product
    ADD CONSTRAINT product_pkey PRIMARY KEY (id);

ALTER TABLE ONLY catalog.supplier
    ADD CONSTRAINT supplier_pkey PRIMARY KEY (id);

ALTER TABLE ONLY dispensing.answered_warning
    ADD CONSTRAINT answered_warning_pkey PRIMARY KEY (dispensing_id, code, product_id);

ALTER TABLE ONLY dispensing.dispensing_line
    ADD CONSTRAINT dispensing_line_pkey PRIMARY KEY (dispensing_id, line);

ALTER TABLE ONLY dispensing.dispensing
    ADD CONSTRAINT dispensing_pkey PRIMARY KEY (id);

ALTER TABLE ONLY dispensing.owed_cancelled
    ADD CONSTRAINT owed_cancelled_pkey PRIMARY KEY (dispensing_id, line);

ALTER TABLE ONLY dispensing.patient
    ADD CONSTRAINT patient_pkey PRIMARY KEY (id);

ALTER TABLE ONLY dispensing.prescriber
    ADD CONSTRAINT prescriber_pkey PRIMARY KEY (id);

ALTER TABLE ONLY interchange.draft
    ADD CONSTRAINT draft_pkey PRIMARY KEY (id);

ALTER TABLE ONLY interchange.imported
    ADD CONSTRAINT imported_pkey PRIMARY KEY (source_id);

ALTER TABLE ONLY interchange.old_document
    ADD CONSTRAINT old_document_pkey PRIMARY KEY (id);

ALTER TABLE ONLY interchange.old_document
    ADD CONSTRAINT old_document_source_id_key UNIQUE (source_id);

ALTER TABLE ONLY people.account_department
    ADD CONSTRAINT account_department_pkey PRIMARY KEY (account_id, department_id);

ALTER TABLE ONLY people.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (id);

ALTER TABLE ONLY people.api_key
    ADD CONSTRAINT api_key_old_hash_key UNIQUE (old_hash);

ALTER TABLE ONLY people.api_key
    ADD CONSTRAINT api_key_pkey PRIMARY KEY (id);

ALTER TABLE ONLY people.api_key
    ADD CONSTRAINT api_key_secret_hash_key UNIQUE (secret_hash);

ALTER TABLE ONLY people.department
    ADD CONSTRAINT department_pkey PRIMARY KEY (id);

ALTER TABLE ONLY people.one_time_link
    ADD CONSTRAINT one_time_link_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY people.passkey_challenge
    ADD CONSTRAINT passkey_challenge_pkey PRIMARY KEY (challenge);

ALTER TABLE ONLY people.passkey
    ADD CONSTRAINT passkey_credential_id_key UNIQUE (credential_id);

ALTER TABLE ONLY people.passkey
    ADD CONSTRAINT passkey_pkey PRIMARY KEY (id);

ALTER TABLE ONLY people.recovery_code
    ADD CONSTRAINT recovery_code_pkey PRIMARY KEY (account_id, code_hash);

ALTER TABLE ONLY people.role
    ADD CONSTRAINT role_pkey PRIMARY KEY (code);

ALTER TABLE ONLY people.session
    ADD CONSTRAINT session_id_key UNIQUE (id);

ALTER TABLE ONLY people.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY people.sign_in_attempt
    ADD CONSTRAINT sign_in_attempt_pkey PRIMARY KEY (subject, address);

ALTER TABLE ONLY people.totp
    ADD CONSTRAINT totp_pkey PRIMARY KEY (account_id);

ALTER TABLE ONLY platform.audit_entry
    ADD CONSTRAINT audit_entry_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY platform.audit_head
    ADD CONSTRAINT audit_head_pkey PRIMARY KEY (only_one);

ALTER TABLE ONLY platform.counter
    ADD CONSTRAINT counter_pkey PRIMARY KEY (kind, year);

ALTER TABLE ONLY platform.file
    ADD CONSTRAINT file_key_key UNIQUE (key);

ALTER TABLE ONLY platform.file
    ADD CONSTRAINT file_pkey PRIMARY KEY (id);

ALTER TABLE ONLY platform.file
    ADD CONSTRAINT file_small_key_key UNIQUE (small_key);

ALTER TABLE ONLY platform.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (account_id, key);

ALTER TABLE ONLY platform.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY platform.rate_limit
    ADD CONSTRAINT rate_limit_pkey PRIMARY KEY (key);

ALTER TABLE ONLY platform.security_event
    ADD CONSTRAINT security_event_bucket_key UNIQUE (bucket);

ALTER TABLE ONLY platform.security_event
    ADD CONSTRAINT security_event_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);

ALTER TABLE ONLY stock.balance
    ADD CONSTRAINT balance_pkey PRIMARY KEY (batch_id, place_id);

ALTER TABLE ONLY stock.batch
    ADD CONSTRAINT batch_pkey PRIMARY KEY (id);

ALTER TABLE ONLY stock.document
    ADD CONSTRAINT document_number_key UNIQUE (number);

ALTER TABLE ONLY stock.document
    ADD CONSTRAINT document_pkey PRIMARY KEY (id);

ALTER TABLE ONLY stock.level
    ADD CONSTRAINT level_pkey PRIMARY KEY (id);

ALTER TABLE ONLY stock.level
    ADD CONSTRAINT level_product_id_place_id_key UNIQUE NULLS NOT DISTINCT (product_id, place_id);

ALTER TABLE ONLY stock.movement
    ADD CONSTRAINT movement_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY stock.place
    ADD CONSTRAINT place_pkey PRIMARY KEY (id);

CREATE UNIQUE INDEX receipt_invoice ON buying.receipt USING btree (supplier_id, invoice_key) WHERE (invoice_key IS NOT NULL);

CREATE INDEX receipt_line_product ON buying.receipt_line USING btree (product_id);

CREATE INDEX receipt_place ON buying.receipt USING btree (place_id, received_on);

CREATE INDEX receipt_received ON buying.receipt USING btree (received_on, id);

CREATE INDEX receipt_search ON buying.receipt USING gin (search_text public.gin_trgm_ops);

CREATE INDEX receipt_supplier ON buying.receipt USING btree (supplier_id, received_on);

CREATE INDEX barcode_product ON catalog.barcode USING btree (product_id);

CREATE UNIQUE INDEX pack_name ON catalog.pack USING btree (product_id, lower(name)) WHERE active;

CREATE INDEX product_begins_code ON catalog.product USING btree (platform.fold(code) text_pattern_ops);

CREATE INDEX product_begins_name ON catalog.product USING btree (platform.fold(name) text_pattern_ops);

CREATE INDEX product_category ON catalog.product USING btree (category);

CREATE UNIQUE INDEX product_code ON catalog.product USING btree (lower(code));

CREATE INDEX product_search ON catalog.product USING gin (search_text public.gin_trgm_ops);

CREATE INDEX product_sort_code ON catalog.product USING btree (platform.fold(code), id);

CREATE INDEX product_sort_name ON catalog.product USING btree (platform.fold(name), id);

CREATE INDEX product_supplier ON catalog.product USING btree (preferred_supplier_id);

CREATE UNIQUE INDEX supplier_name ON catalog.supplier USING btree (platform.fold(name)) WHERE active;

CREATE INDEX supplier_search ON catalog.supplier USING gin (search_text public.gin_trgm_ops);

CREATE INDEX supplier_sort ON catalog.supplier USING btree (platform.fold(name), id);

CREATE INDEX dispensing_department ON dispensing.dispensing USING btree (department_id, id);

CREATE INDEX dispensing_line_owed ON dispensing.dispensing_line USING btree (dispensing_id, line) WHERE (quantity < wanted);

CREATE INDEX dispensing_line_product ON dispensing.dispensing_line USING btree (product_id, dispensing_id);

CREATE INDEX dispensing_line_settles ON dispensing.dispensing_line USING btree (settles_id, settles_line) WHERE (settles_id IS NOT NULL);

CREATE INDEX dispensing_patient ON dispensing.dispensing USING btree (patient_id, id);

CREATE INDEX dispensing_place ON dispensing.dispensing USING btree (place_id, id);

CREATE INDEX dispensing_prescriber ON dispensing.dispensing USING btree (prescriber_id, id);

CREATE INDEX patient_department ON dispensing.patient USING btree (department_id);

CREATE UNIQUE INDEX patient_file_number ON dispensing.patient USING btree (lower(file_number));

CREATE INDEX patient_merged_into ON dispensing.patient USING btree (merged_into_id) WHERE (merged_into_id IS NOT NULL);

CREATE INDEX patient_search ON dispensing.patient USING gin (search_text public.gin_trgm_ops);

CREATE INDEX patient_sort ON dispensing.patient USING btree (platform.fold(name), id);

CREATE UNIQUE INDEX prescriber_licence ON dispensing.prescriber USING btree (lower(licence)) WHERE (licence <> ''::text);

CREATE INDEX prescriber_search ON dispensing.prescriber USING gin (search_text public.gin_trgm_ops);

CREATE INDEX prescriber_sort ON dispensing.prescriber USING btree (platform.fold(name), id);

CREATE INDEX draft_made_at ON interchange.draft USING btree (made_at);

CREATE INDEX imported_entity ON interchange.imported USING btree (entity, entity_id);

CREATE INDEX old_document_dated ON interchange.old_document USING btree (dated, id);

CREATE INDEX old_document_departments ON interchange.old_document USING gin (departments);

CREATE INDEX old_document_kind ON interchange.old_document USING btree (kind, dated);

CREATE INDEX old_document_search ON interchange.old_document USING gin (search_text public.gin_trgm_ops);

CREATE INDEX account_department_department ON people.account_department USING btree (department_id);

CREATE UNIQUE INDEX account_email ON people.account USING btree (lower(email)) WHERE (email <> ''::text);

CREATE INDEX account_role ON people.account USING btree (role_code);

CREATE INDEX account_search ON people.account USING gin (search_text public.gin_trgm_ops);

CREATE UNIQUE INDEX account_username ON people.account USING btree (lower(username));

CREATE INDEX api_key_account ON people.api_key USING btree (account_id);

CREATE INDEX api_key_search ON people.api_key USING gin (search_text public.gin_trgm_ops);

CREATE UNIQUE INDEX department_name ON people.department USING btree (platform.fold(name)) WHERE active;

CREATE UNIQUE INDEX department_only_one_main ON people.department USING btree (is_main) WHERE is_main;

CREATE INDEX department_search ON people.department USING gin (search_text public.gin_trgm_ops);

CREATE UNIQUE INDEX one_time_link_account ON people.one_time_link USING btree (account_id, purpose);

CREATE INDEX one_time_link_expires ON people.one_time_link USING btree (expires_at);

CREATE INDEX passkey_account ON people.passkey USING btree (account_id);

CREATE INDEX passkey_challenge_expires ON people.passkey_challenge USING btree (expires_at);

CREATE UNIQUE INDEX role_name ON people.role USING btree (platform.fold(name)) WHERE (active AND (NOT builtin));

CREATE INDEX session_account ON people.session USING btree (account_id);

CREATE INDEX session_expires ON people.session USING btree (expires_at);

CREATE INDEX sign_in_attempt_account ON people.sign_in_attempt USING btree (account_id);

CREATE INDEX sign_in_attempt_last ON people.sign_in_attempt USING btree (last_at);

CREATE INDEX audit_entry_actor ON platform.audit_entry USING btree (actor_id, seq);

CREATE INDEX audit_entry_at ON platform.audit_entry USING btree (at);

CREATE INDEX audit_entry_entity ON platform.audit_entry USING btree (entity, entity_id, seq);

CREATE INDEX audit_entry_ids ON platform.audit_entry USING gin (((after -> 'ids'::text))) WHERE (entity_id = ''::text);

CREATE INDEX audit_entry_request ON platform.audit_entry USING btree (request_id);

CREATE INDEX file_documents ON platform.file USING btree (entity, entity_id, created_at) WHERE ((kind = 'document'::text) AND (released_at IS NULL));

CREATE UNIQUE INDEX file_one_photo ON platform.file USING btree (entity, entity_id) WHERE ((kind = 'photo'::text) AND (released_at IS NULL));

CREATE INDEX file_released ON platform.file USING btree (released_at) WHERE (released_at IS NOT NULL);

CREATE INDEX idempotency_at ON platform.idempotency USING btree (at);

CREATE INDEX outbox_due ON platform.outbox USING btree (due_at, id) WHERE (state = 'waiting'::text);

CREATE INDEX outbox_ended ON platform.outbox USING btree (ended_at) WHERE (state <> 'waiting'::text);

CREATE INDEX rate_limit_expires ON platform.rate_limit USING btree (expires_at);

CREATE INDEX security_event_account ON platform.security_event USING btree (account_id, at DESC);

CREATE INDEX security_event_address ON platform.security_event USING btree (address, at DESC);

CREATE INDEX security_event_at ON platform.security_event USING btree (at DESC, id);

CREATE INDEX security_event_event ON platform.security_event USING btree (event, at DESC);

CREATE INDEX balance_place ON stock.balance USING btree (place_id, product_id);

CREATE INDEX balance_product ON stock.balance USING btree (product_id, place_id);

CREATE UNIQUE INDEX batch_code ON stock.batch USING btree (product_id, lower(code), expires_on) NULLS NOT DISTINCT;

CREATE INDEX batch_expiry ON stock.batch USING btree (expires_on) WHERE (expires_on IS NOT NULL);

CREATE INDEX batch_search ON stock.batch USING gin (search_text public.gin_trgm_ops);

CREATE INDEX batch_sort ON stock.batch USING btree (COALESCE(expires_on, '9999-12-31'::date), id);

CREATE INDEX document_at ON stock.document USING btree (at, id);

CREATE INDEX document_kind ON stock.document USING btree (kind, at, id);

CREATE INDEX document_reverses ON stock.document USING btree (reverses_id) WHERE (reverses_id IS NOT NULL);

CREATE INDEX document_search ON stock.document USING gin (search_text public.gin_trgm_ops);

CREATE INDEX movement_at ON stock.movement USING btree (at);

CREATE INDEX movement_batch ON stock.movement USING btree (batch_id, seq);

CREATE INDEX movement_document ON stock.movement USING btree (document_id, seq);

CREATE INDEX movement_from ON stock.movement USING btree (from_place_id, seq);

CREATE INDEX movement_product ON stock.movement USING btree (product_id, seq);

CREATE INDEX movement_reverses ON stock.movement USING btree (reverses_seq) WHERE (reverses_seq IS NOT NULL);

CREATE INDEX movement_to ON stock.movement USING btree (to_place_id, seq);

CREATE UNIQUE INDEX place_code ON stock.place USING btree (lower(code));

CREATE INDEX place_department ON stock.place USING btree (department_id);

CREATE UNIQUE INDEX place_only_one_main ON stock.place USING btree (is_main) WHERE is_main;

CREATE UNIQUE INDEX place_outside ON stock.place USING btree (kind) WHERE outside;

CREATE INDEX place_parent ON stock.place USING btree (parent_id);

CREATE INDEX place_search ON stock.place USING gin (search_text public.gin_trgm_ops);

CREATE TRIGGER receipt_line_append_only BEFORE DELETE OR UPDATE ON buying.receipt_line FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();

CREATE TRIGGER receipt_line_no_truncate BEFORE TRUNCATE ON buying.receipt_line FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

CREATE TRIGGER answered_warning_append_only BEFORE DELETE OR UPDATE ON dispensing.answered_warning FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();

CREATE TRIGGER answered_warning_no_truncate BEFORE TRUNCATE ON dispensing.answered_warning FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

CREATE TRIGGER dispensing_append_only BEFORE DELETE OR UPDATE ON dispensing.dispensing FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();

CREATE TRIGGER dispensing_line_append_only BEFORE DELETE OR UPDATE ON dispensing.dispensing_line FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();

CREATE TRIGGER dispensing_line_no_truncate BEFORE TRUNCATE ON dispensing.dispensing_line FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

CREATE TRIGGER dispensing_no_truncate BEFORE TRUNCATE ON dispensing.dispensing FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

CREATE TRIGGER owed_cancelled_append_only BEFORE DELETE OR UPDATE ON dispensing.owed_cancelled FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();

CREATE TRIGGER owed_cancelled_no_truncate BEFORE TRUNCATE ON dispensing.owed_cancelled FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

CREATE TRIGGER audit_entry_append_only BEFORE DELETE OR UPDATE ON platform.audit_entry FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();

CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON platform.audit_entry FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

CREATE TRIGGER document_append_only BEFORE DELETE OR UPDATE ON stock.document FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();

CREATE TRIGGER document_no_truncate BEFORE TRUNCATE ON stock.document FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

CREATE TRIGGER movement_append_only BEFORE DELETE OR UPDATE ON stock.movement FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();

CREATE TRIGGER movement_no_truncate BEFORE TRUNCATE ON stock.movement FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

ALTER TABLE ONLY buying.receipt
    ADD CONSTRAINT receipt_id_fkey FOREIGN KEY (id) REFERENCES stock.document(id);

ALTER TABLE ONLY buying.receipt_line
    ADD CONSTRAINT receipt_line_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES stock.batch(id);

ALTER TABLE ONLY buying.receipt_line
    ADD CONSTRAINT receipt_line_pack_id_fkey FOREIGN KEY (pack_id) REFERENCES catalog.pack(id);

ALTER TABLE ONLY buying.receipt_line
    ADD CONSTRAINT receipt_line_product_id_fkey FOREIGN KEY (product_id) REFERENCES catalog.product(id);

ALTER TABLE ONLY buying.receipt_line
    ADD CONSTRAINT receipt_line_receipt_id_fkey FOREIGN KEY (receipt_id) REFERENCES buying.receipt(id);

ALTER TABLE ONLY buying.receipt
    ADD CONSTRAINT receipt_place_id_fkey FOREIGN KEY (place_id) REFERENCES stock.place(id);

ALTER TABLE ONLY buying.receipt
    ADD CONSTRAINT receipt_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES catalog.supplier(id);

ALTER TABLE ONLY catalog.barcode
    ADD CONSTRAINT barcode_pack_id_fkey FOREIGN KEY (pack_id) REFERENCES catalog.pack(id);

ALTER TABLE ONLY catalog.barcode
    ADD CONSTRAINT barcode_product_id_fkey FOREIGN KEY (product_id) REFERENCES catalog.product(id);

ALTER TABLE ONLY catalog.pack
    ADD CONSTRAINT pack_product_id_fkey FOREIGN KEY (product_id) REFERENCES catalog.product(id);

ALTER TABLE ONLY catalog.price
    ADD CONSTRAINT price_product_id_fkey FOREIGN KEY (product_id) REFERENCES catalog.product(id);

ALTER TABLE ONLY catalog.product
    ADD CONSTRAINT product_form_code_fkey FOREIGN KEY (form_code) REFERENCES catalog.dosage_form(code);

ALTER TABLE ONLY catalog.product
    ADD CONSTRAINT product_preferred_supplier_id_fkey FOREIGN KEY (preferred_supplier_id) REFERENCES catalog.supplier(id);

ALTER TABLE ONLY dispensing.answered_warning
    ADD CONSTRAINT answered_warning_dispensing_id_fkey FOREIGN KEY (dispensing_id) REFERENCES dispensing.dispensing(id);

ALTER TABLE ONLY dispensing.answered_warning
    ADD CONSTRAINT answered_warning_product_id_fkey FOREIGN KEY (product_id) REFERENCES catalog.product(id);

ALTER TABLE ONLY dispensing.dispensing
    ADD CONSTRAINT dispensing_department_id_fkey FOREIGN KEY (department_id) REFERENCES people.department(id);

ALTER TABLE ONLY dispensing.dispensing
    ADD CONSTRAINT dispensing_id_fkey FOREIGN KEY (id) REFERENCES stock.document(id);

ALTER TABLE ONLY dispensing.dispensing_line
    ADD CONSTRAINT dispensing_line_dispensing_id_fkey FOREIGN KEY (dispensing_id) REFERENCES dispensing.dispensing(id);

ALTER TABLE ONLY dispensing.dispensing_line
    ADD CONSTRAINT dispensing_line_product_id_fkey FOREIGN KEY (product_id) REFERENCES catalog.product(id);

ALTER TABLE ONLY dispensing.dispensing_line
    ADD CONSTRAINT dispensing_line_settles_id_settles_line_fkey FOREIGN KEY (settles_id, settles_line) REFERENCES dispensing.dispensing_line(dispensing_id, line) MATCH FULL;

ALTER TABLE ONLY dispensing.dispensing
    ADD CONSTRAINT dispensing_patient_id_fkey FOREIGN KEY (patient_id) REFERENCES dispensing.patient(id);

ALTER TABLE ONLY dispensing.dispensing
    ADD CONSTRAINT dispensing_place_id_fkey FOREIGN KEY (place_id) REFERENCES stock.place(id);

ALTER TABLE ONLY dispensing.dispensing
    ADD CONSTRAINT dispensing_prescriber_id_fkey FOREIGN KEY (prescriber_id) REFERENCES dispensing.prescriber(id);

ALTER TABLE ONLY dispensing.owed_cancelled
    ADD CONSTRAINT owed_cancelled_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES people.account(id);

ALTER TABLE ONLY dispensing.owed_cancelled
    ADD CONSTRAINT owed_cancelled_dispensing_id_line_fkey FOREIGN KEY (dispensing_id, line) REFERENCES dispensing.dispensing_line(dispensing_id, line);

ALTER TABLE ONLY dispensing.patient
    ADD CONSTRAINT patient_department_id_fkey FOREIGN KEY (department_id) REFERENCES people.department(id);

ALTER TABLE ONLY dispensing.patient
    ADD CONSTRAINT patient_merged_into_id_fkey FOREIGN KEY (merged_into_id) REFERENCES dispensing.patient(id);

ALTER TABLE ONLY dispensing.prescriber
    ADD CONSTRAINT prescriber_department_id_fkey FOREIGN KEY (department_id) REFERENCES people.department(id);

ALTER TABLE ONLY interchange.draft
    ADD CONSTRAINT draft_account_id_fkey FOREIGN KEY (account_id) REFERENCES people.account(id);

ALTER TABLE ONLY people.account_department
    ADD CONSTRAINT account_department_account_id_fkey FOREIGN KEY (account_id) REFERENCES people.account(id) ON DELETE CASCADE;

ALTER TABLE ONLY people.account_department
    ADD CONSTRAINT account_department_department_id_fkey FOREIGN KEY (department_id) REFERENCES people.department(id);

ALTER TABLE ONLY people.account
    ADD CONSTRAINT account_role_code_fkey FOREIGN KEY (role_code) REFERENCES people.role(code);

ALTER TABLE ONLY people.api_key
    ADD CONSTRAINT api_key_account_id_fkey FOREIGN KEY (account_id) REFERENCES people.account(id) ON DELETE CASCADE;

ALTER TABLE ONLY people.one_time_link
    ADD CONSTRAINT one_time_link_account_id_fkey FOREIGN KEY (account_id) REFERENCES people.account(id) ON DELETE CASCADE;

ALTER TABLE ONLY people.passkey
    ADD CONSTRAINT passkey_account_id_fkey FOREIGN KEY (account_id) REFERENCES people.account(id) ON DELETE CASCADE;

ALTER TABLE ONLY people.recovery_code
    ADD CONSTRAINT recovery_code_account_id_fkey FOREIGN KEY (account_id) REFERENCES people.account(id) ON DELETE CASCADE;

ALTER TABLE ONLY people.session
    ADD CONSTRAINT session_account_id_fkey FOREIGN KEY (account_id) REFERENCES people.account(id) ON DELETE CASCADE;

ALTER TABLE ONLY people.sign_in_attempt
    ADD CONSTRAINT sign_in_attempt_account_id_fkey FOREIGN KEY (account_id) REFERENCES people.account(id) ON DELETE CASCADE;

ALTER TABLE ONLY people.totp
    ADD CONSTRAINT totp_account_id_fkey FOREIGN KEY (account_id) REFERENCES people.account(id) ON DELETE CASCADE;

ALTER TABLE ONLY stock.balance
    ADD CONSTRAINT balance_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES stock.batch(id);

ALTER TABLE ONLY stock.balance
    ADD CONSTRAINT balance_place_id_fkey FOREIGN KEY (place_id) REFERENCES stock.place(id);

ALTER TABLE ONLY stock.balance
    ADD CONSTRAINT balance_product_id_fkey FOREIGN KEY (product_id) REFERENCES catalog.product(id);

ALTER TABLE ONLY stock.batch
    ADD CONSTRAINT batch_product_id_fkey FOREIGN KEY (product_id) REFERENCES catalog.product(id);

ALTER TABLE ONLY stock.batch
    ADD CONSTRAINT batch_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES catalog.supplier(id);

ALTER TABLE ONLY stock.document
    ADD CONSTRAINT document_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES people.account(id);

ALTER TABLE ONLY stock.document
    ADD CONSTRAINT document_from_place_id_fkey FOREIGN KEY (from_place_id) REFERENCES stock.place(id);

ALTER TABLE ONLY stock.document
    ADD CONSTRAINT document_reverses_id_fkey FOREIGN KEY (reverses_id) REFERENCES stock.document(id);

ALTER TABLE ONLY stock.document
    ADD CONSTRAINT document_to_place_id_fkey FOREIGN KEY (to_place_id) REFERENCES stock.place(id);

ALTER TABLE ONLY stock.level
    ADD CONSTRAINT level_place_id_fkey FOREIGN KEY (place_id) REFERENCES stock.place(id);

ALTER TABLE ONLY stock.level
    ADD CONSTRAINT level_product_id_fkey FOREIGN KEY (product_id) REFERENCES catalog.product(id);

ALTER TABLE ONLY stock.movement
    ADD CONSTRAINT movement_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES stock.batch(id);

ALTER TABLE ONLY stock.movement
    ADD CONSTRAINT movement_document_id_fkey FOREIGN KEY (document_id) REFERENCES stock.document(id);

ALTER TABLE ONLY stock.movement
    ADD CONSTRAINT movement_from_place_id_fkey FOREIGN KEY (from_place_id) REFERENCES stock.place(id);

ALTER TABLE ONLY stock.movement
    ADD CONSTRAINT movement_product_id_fkey FOREIGN KEY (product_id) REFERENCES catalog.product(id);

ALTER TABLE ONLY stock.movement
    ADD CONSTRAINT movement_reverses_seq_fkey FOREIGN KEY (reverses_seq) REFERENCES stock.movement(seq);

ALTER TABLE ONLY stock.movement
    ADD CONSTRAINT movement_to_place_id_fkey FOREIGN KEY (to_place_id) REFERENCES stock.place(id);

ALTER TABLE ONLY stock.place
    ADD CONSTRAINT place_department_id_fkey FOREIGN KEY (department_id) REFERENCES people.department(id);

ALTER TABLE ONLY stock.place
    ADD CONSTRAINT place_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES stock.place(id);

GRANT USAGE ON SCHEMA buying TO stockroom_app;

GRANT USAGE ON SCHEMA catalog TO stockroom_app;

GRANT USAGE ON SCHEMA dispensing TO stockroom_app;

GRANT USAGE ON SCHEMA interchange TO stockroom_app;

GRANT USAGE ON SCHEMA people TO stockroom_app;

GRANT USAGE ON SCHEMA platform TO stockroom_app;

GRANT USAGE ON SCHEMA stock TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE people.account TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE people.api_key TO stockroom_app;

REVOKE ALL ON FUNCTION platform.append_audit(entries jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION platform.append_audit(entries jsonb) TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE buying.receipt TO stockroom_app;

GRANT SELECT,INSERT ON TABLE buying.receipt_line TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE catalog.barcode TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE catalog.dosage_form TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE catalog.pack TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE catalog.price TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE catalog.product TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE catalog.supplier TO stockroom_app;

GRANT SELECT,INSERT ON TABLE dispensing.answered_warning TO stockroom_app;

GRANT SELECT,INSERT ON TABLE dispensing.dispensing TO stockroom_app;

GRANT SELECT,INSERT ON TABLE dispensing.dispensing_line TO stockroom_app;

GRANT SELECT,INSERT ON TABLE dispensing.owed_cancelled TO stockroom_app;

GRANT SELECT,INSERT ON TABLE stock.document TO stockroom_app;

GRANT SELECT ON TABLE dispensing.owed TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE dispensing.patient TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE dispensing.prescriber TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE interchange.draft TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE interchange.imported TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE interchange.old_document TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE people.account_department TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE people.department TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE people.one_time_link TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE people.passkey TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE people.passkey_challenge TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE people.recovery_code TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE people.role TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE people.session TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE people.sign_in_attempt TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE people.totp TO stockroom_app;

GRANT SELECT ON TABLE platform.audit_entry TO stockroom_app;

GRANT SELECT ON TABLE platform.audit_head TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE platform.counter TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE platform.file TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE platform.idempotency TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE platform.outbox TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE platform.rate_limit TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE platform.security_event TO stockroom_app;

GRANT SELECT ON TABLE public.alembic_version TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE stock.balance TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE stock.batch TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE stock.level TO stockroom_app;

GRANT SELECT,INSERT ON TABLE stock.movement TO stockroom_app;

GRANT USAGE ON SEQUENCE stock.movement_seq_seq TO stockroom_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE stock.place TO stockroom_app;
