"""What catalog tests write, and how they see that a refusal wrote nothing."""

from decimal import Decimal
from typing import Any

from stdnum import ean

from stockroom.catalog import BarcodeInput, PackInput, ProductInput
from stockroom.platform.db import Connection


def gtin(number: int, *, length: int = 13) -> str:
    """A valid GTIN of this many digits, a different one for each number."""
    payload = f"590{number:0{length - 4}d}" if length > 8 else f"{number:0{length - 1}d}"
    return payload + str(ean.calc_check_digit(payload))


def tablets(**changes: Any) -> ProductInput:
    """A medicine with a pack of thirty."""
    facts: dict[str, Any] = {
        "code": "AMX500",
        "name": "Amoxicillin 500 mg",
        "kind": "medicine",
        "unit": "tablet",
        "generic_name": "Amoxicillin",
        "strength": "500 mg",
        "form_code": "tablet",
        "atc_code": "J01CA04",
        "allergy_groups": ["penicillins"],
        "packs": [PackInput(name="box of 30", factor=Decimal(30))],
        "barcodes": [BarcodeInput(code=gtin(1), pack="box of 30")],
    }
    return ProductInput(**{**facts, **changes})


async def written(db: Connection) -> list[int]:
    """How many rows the catalog has in each table, and how many audit entries wait."""
    cursor = await db.execute(
        "select (select count(*) from catalog.product), (select count(*) from catalog.pack),"
        " (select count(*) from catalog.barcode), (select count(*) from catalog.price),"
        " (select count(*) from catalog.supplier), (select count(*) from catalog.dosage_form),"
        " (select coalesce(sum(version), 0) from catalog.product)"
    )
    row = await cursor.fetchone()
    assert row is not None
    return [int(value) for value in row] + [len(db.pending_audit)]
