"""What an ALORF import will do, written out whole: explicit, checked, and free of the source files.

Every item carries `source_id`, stable across runs ("alorf:medicine:01"), so that posting the same
plan again finds what is already there. References between items are by `key`. Quantities are base
units with at most six decimals, money has at most four, moments are UTC.
"""

import hashlib
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import msgspec


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all that is planned has in common."""

    source_id: str


class Department(Item, frozen=True, kw_only=True):
    key: str
    name: str
    description: str
    responsible_person: str
    phone: str
    notes: str
    is_main: bool
    created_at: datetime | None


class Place(Item, frozen=True, kw_only=True):
    """A store of the old system; `is_main` marks the main pharmacy's."""

    key: str
    name: str
    department_key: str | None
    location: str
    kind: Literal["storage", "ward"]
    is_main: bool
    notes: str
    created_at: datetime | None


class Supplier(Item, frozen=True, kw_only=True):
    key: str
    name: str
    contact_person: str
    phone: str
    email: str
    address: str
    city: str
    notes: str
    created_at: datetime | None


class Form(Item, frozen=True, kw_only=True):
    """A dosage form the old system's users added themselves and that our list does not know."""

    key: str
    name: str


class Product(Item, frozen=True, kw_only=True):
    """A medicine. `placeholder` marks one that is gone from the source but still holds stock.

    `form` is a name of `forms.FORMS`, `form_text` what the source said; `precision` is the number of
    decimals its opening stock needs (0 to 6); `flags` name work left to people ("no_expiry").
    """

    key: str
    code: str
    name: str
    generic_name: str
    brand: str
    strength: str
    form: str
    form_text: str
    category: str
    supplier_key: str | None
    price: Decimal | None
    low_stock_limit: Decimal | None
    precision: int
    barcode: str
    notes: str
    active: bool
    placeholder: bool
    flags: tuple[str, ...]
    created_at: datetime | None


class Patient(Item, frozen=True, kw_only=True):
    """`birth_year` comes from the age when there is no date; `birth_estimated` says so.

    `allergies_recorded` is false where the source says nothing or "none"; `allergy_text` is whole.
    """

    key: str
    file_number: str
    name: str
    sex: Literal["F", "M", "other", "unknown"]
    birth_date: date | None
    birth_year: int | None
    birth_estimated: bool
    department_key: str | None
    phone: str
    address: str
    medical_history: str
    allergies_recorded: bool
    allergy_groups: tuple[str, ...]
    allergy_text: str
    notes: str
    entered_on: date | None
    created_at: datetime | None


class Prescriber(Item, frozen=True, kw_only=True):
    key: str
    name: str
    licence: str
    specialty: str
    position: str
    department_key: str | None
    phone: str
    email: str
    notes: str
    active: bool
    created_at: datetime | None


class User(Item, frozen=True, kw_only=True):
    """A person to invite (`invite` is false without an address). No password is ever carried."""

    key: str
    username: str
    name: str
    email: str
    role: Literal["admin", "manager", "pharmacist", "technician", "ward", "purchasing", "auditor"]
    department_key: str | None
    active: bool
    invite: bool
    notes: str
    created_at: datetime | None


class Batch(Item, frozen=True, kw_only=True):
    key: str
    product_key: str
    code: str
    expires_on: date | None
    flags: tuple[str, ...]


class Opening(Item, frozen=True, kw_only=True):
    """Stock brought in: `quantity` > 0 of one batch in one place."""

    place_key: str
    product_key: str
    batch_key: str
    quantity: Decimal


class RefusedStock(Item, frozen=True, kw_only=True):
    """A quantity of the source that is not brought in, and why; `quantity` is None when unreadable."""

    old_store_id: str
    old_medicine_id: str
    quantity: Decimal | None
    quantity_text: str
    code: str


class DocumentLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`product_key` is None when the medicine is gone."""

    product_key: str | None
    old_medicine_id: str
    quantity: Decimal | None
    quantity_text: str
    notes: str


class Document(Item, frozen=True, kw_only=True):
    """An old document kept for reading; it never touches the ledger. `raw` is its whole JSON.

    `parties` maps a role (supplier, patient, source, destination, …) to what the source said.
    """

    kind: Literal["purchase", "consumption", "transfer", "activity"]
    old_id: str
    number: str
    on: date | None
    status: str
    parties: dict[str, str]
    lines: tuple[DocumentLine, ...]
    notes: str
    created_at: datetime | None
    raw: str


class Difference(Item, frozen=True, kw_only=True):
    """Where the old stock and the old documents disagree.

    `recorded` is the old inventory figure, `expected` the sum of the documents, `opening` what comes
    in; `code` is the reason, `documents` every document behind `expected` as "purchase 03 +449".
    """

    old_store_id: str
    old_medicine_id: str
    place_key: str | None
    product_key: str | None
    recorded: Decimal
    expected: Decimal
    opening: Decimal
    code: str
    documents: tuple[str, ...]
    explained_by: tuple[str, ...]


class Origin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`files` maps each file used to its SHA-256; `made_at` is the backup's own date."""

    layout: str
    zone: str
    made_at: datetime | None
    files: dict[str, str]


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    origin: Origin
    departments: tuple[Department, ...]
    places: tuple[Place, ...]
    suppliers: tuple[Supplier, ...]
    forms: tuple[Form, ...]
    products: tuple[Product, ...]
    patients: tuple[Patient, ...]
    prescribers: tuple[Prescriber, ...]
    users: tuple[User, ...]
    batches: tuple[Batch, ...]
    openings: tuple[Opening, ...]
    refused_stock: tuple[RefusedStock, ...]
    documents: tuple[Document, ...]
    differences: tuple[Difference, ...]


def fingerprint(plan: Plan) -> str:
    """SHA-256 (hex) of the plan as JSON: equal for equal sources."""
    return hashlib.sha256(msgspec.json.encode(plan, order="deterministic")).hexdigest()
