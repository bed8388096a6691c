"""What a person writes about a product, and what may be wrong with it before the database is asked."""

from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from stockroom.catalog import rules
from stockroom.catalog.errors import MedicineFieldsOnly
from stockroom.platform.errors import N_, FieldError, Invalid
from stockroom.platform.fields import ONE_LINE, Code, Line, Name, Note, StructInput

ProductKind = Literal["goods", "component", "finished", "service", "medicine"]
AllergyGroup = Literal[
    "penicillins", "cephalosporins", "sulfonamides", "nsaids", "opioids", "macrolides", "quinolones",
    "iodine", "latex", "egg", "soya", "other",
]  # fmt: skip
Unit = Annotated[
    str, Meta(min_length=1, max_length=30, pattern=r"^[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$(?!\n)")
]
PackName = Annotated[
    str, Meta(min_length=1, max_length=60, pattern=r"^[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$(?!\n)")
]
Short = Annotated[str, Meta(max_length=60, pattern=ONE_LINE)]
AtcCode = Annotated[
    str, Meta(max_length=7, pattern=r"^([A-Za-z]([0-9]{2}([A-Za-z]([A-Za-z]([0-9]{2})?)?)?)?)?$(?!\n)")
]
Precision = Annotated[int, Meta(ge=0, le=6)]
Days = Annotated[int, Meta(ge=0, le=3650)]

TEXTS = (
    "code", "name", "category", "unit", "supplier_code", "generic_name", "brand_name", "strength", "route",
    "controlled_class", "storage_condition",
)  # fmt: skip
MEDICAL = (
    "generic_name", "brand_name", "strength", "form_code", "route", "atc_code", "prescription_only",
    "controlled_class", "storage_condition", "high_alert", "look_alike", "allergy_groups",
)  # fmt: skip


class PackInput(StructInput, frozen=True, kw_only=True):
    """A pack: how many base units are in it."""

    name: PackName
    factor: Decimal


class BarcodeInput(StructInput, frozen=True, kw_only=True):
    """A code on the box; ``pack`` names one of the packs, empty means one base unit."""

    code: Annotated[str, Meta(min_length=1, max_length=64, pattern=ONE_LINE)]
    pack: Annotated[str, Meta(max_length=60, pattern=ONE_LINE)] | None = None


class ProductInput(StructInput, frozen=True, kw_only=True):
    """A whole product. Tracking by batch and expiry, where nothing is said, is on for medicines only."""

    code: Code
    name: Name
    kind: ProductKind = "goods"
    category: Line = ""
    unit: Unit
    precision: Precision = 0
    vat_rate: Decimal | None = None
    batch_tracked: bool | None = None
    expiry_tracked: bool | None = None
    lead_time_days: Days = 0
    preferred_supplier_id: UUID | None = None
    supplier_code: Line = ""
    notes: Note = ""
    generic_name: Line = ""
    brand_name: Line = ""
    strength: Line = ""
    form_code: Short | None = None
    route: Line = ""
    atc_code: AtcCode = ""
    prescription_only: bool = False
    controlled_class: Short = ""
    storage_condition: Line = ""
    high_alert: bool = False
    look_alike: bool = False
    allergy_groups: list[AllergyGroup] = msgspec.field(default_factory=list[AllergyGroup])
    packs: Annotated[list[PackInput], Meta(max_length=rules.PACKS_MOST)] = msgspec.field(
        default_factory=list[PackInput]
    )
    barcodes: Annotated[list[BarcodeInput], Meta(max_length=rules.BARCODES_MOST)] = msgspec.field(
        default_factory=list[BarcodeInput]
    )


class CheckedProduct(msgspec.Struct, frozen=True):
    """What passed the rules: columns of the product, packs, and barcodes with the index of their pack."""

    columns: dict[str, Any]
    packs: list[tuple[str, Decimal]]
    barcodes: list[tuple[str, int | None]]


def check_product(product: ProductInput) -> CheckedProduct:
    """Raises Invalid with every wrong field at once."""
    columns = _columns(product)
    packs = [(pack.name.strip(), pack.factor) for pack in product.packs]
    keys, barcode_problems = rules.barcode_keys([barcode.code for barcode in product.barcodes])
    pack_indexes, unknown_packs = _packs_of_barcodes(product)
    problems = [
        *_tracking_problems(columns),
        *_medicine_problems(product),
        *([vat] if (vat := rules.vat_problem(product.vat_rate)) else []),
        *rules.pack_problems(packs, precision=product.precision),
        *barcode_problems,
        *unknown_packs,
    ]
    if problems:
        raise Invalid(errors=problems)
    return CheckedProduct(columns, packs, list(zip(keys, pack_indexes, strict=True)))


def _columns(product: ProductInput) -> dict[str, Any]:
    columns: dict[str, Any] = {
        name: value
        for name, value in msgspec.structs.asdict(product).items()
        if name not in ("packs", "barcodes")
    }
    columns |= {name: columns[name].strip() for name in TEXTS}
    is_medicine = product.kind == "medicine"
    batch, expiry = product.batch_tracked, product.expiry_tracked
    columns["batch_tracked"] = (is_medicine or bool(expiry)) if batch is None else batch
    columns["expiry_tracked"] = (is_medicine and columns["batch_tracked"]) if expiry is None else expiry
    columns["form_code"] = (product.form_code or "").strip() or None
    columns["atc_code"] = product.atc_code.upper()
    columns["allergy_groups"] = [group for group in rules.ALLERGY_GROUPS if group in product.allergy_groups]
    return columns


def _tracking_problems(columns: dict[str, Any]) -> list[FieldError]:
    if columns["expiry_tracked"] and not columns["batch_tracked"]:
        sentence = N_("Expiry dates belong to batches: track batches too.")
        return [FieldError("/batch_tracked", "product.expiry_needs_batch", sentence)]
    return []


def _medicine_problems(product: ProductInput) -> list[FieldError]:
    if product.kind == "medicine":
        return []
    return [
        FieldError(f"/{name}", MedicineFieldsOnly.code, MedicineFieldsOnly.sentence)
        for name in MEDICAL
        if getattr(product, name)
    ]


def _packs_of_barcodes(product: ProductInput) -> tuple[list[int | None], list[FieldError]]:
    names = [pack.name for pack in product.packs]
    indexes: list[int | None] = []
    problems: list[FieldError] = []
    for index, barcode in enumerate(product.barcodes):
        try:
            indexes.append(rules.pack_of(barcode.pack, names))
        except LookupError:
            indexes.append(None)
            sentence = N_("There is no pack of this name above. Leave it empty for one unit.")
            problems.append(FieldError(f"/barcodes/{index}/pack", "barcode.pack_unknown", sentence))
    return indexes, problems
