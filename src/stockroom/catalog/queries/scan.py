"""What a scanned code means here: the product, the batch it names, the quantity in base units."""

from datetime import date
from decimal import Decimal

import msgspec

from stockroom.catalog.gs1 import barcode_of, parse_gs1
from stockroom.catalog.queries.lookups import ScannedProduct, find_scanned
from stockroom.platform.db import Connection


class Scan(msgspec.Struct, frozen=True):
    """``product`` is null for an unknown code. ``quantity`` is in base units: what the code stands for.

    ``certain`` is false where the scanner lost separators and the batch should be compared with the box.
    """

    code: str
    product: ScannedProduct | None
    quantity: Decimal
    batch: str = ""
    expires_on: date | None = None
    serial: str = ""
    certain: bool = True


async def read_scan(db: Connection, code: str) -> Scan:
    """One statement, whatever the code."""
    plain = code.strip().replace("\x00", "")
    barcode = barcode_of(plain)
    product = await find_scanned(db, barcode) if plain else None
    scanned = parse_gs1(plain)
    factor = Decimal(1) if product is None else product.factor
    if scanned is None:
        return Scan(barcode, product, factor)
    return Scan(
        barcode,
        product,
        factor * (scanned.quantity or Decimal(1)),
        scanned.batch,
        scanned.expires_on,
        scanned.serial,
        scanned.certain,
    )
