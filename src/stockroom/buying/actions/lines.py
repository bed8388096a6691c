"""The lines of a receipt: as they are written, and with everything known that is posted of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from stockroom.buying import errors, queries, rules
from stockroom.buying.queries.ground import PackFacts
from stockroom.buying.rules import Terms
from stockroom.catalog import PackUnknown
from stockroom.platform.db import Connection
from stockroom.platform.fields import ONE_LINE, StructInput
from stockroom.stock import StockedProduct, check_quantity, lock_products


class ReceiptLineInput(StructInput, frozen=True, kw_only=True):
    """What came of one batch: ``quantity`` in base units, or ``packs`` of the pack ``pack_id``.

    ``batch_code`` and ``expires_on`` as on the box, where the product is tracked by them. The price is of a
    base unit (``unit_price``) or of a pack (``pack_price``), without tax; none means that it is not known.
    """

    product_id: UUID
    quantity: Decimal | None = None
    pack_id: UUID | None = None
    packs: Decimal | None = None
    batch_code: Annotated[str, Meta(max_length=64, pattern=ONE_LINE)] = ""
    expires_on: date | None = None
    unit_price: Decimal | None = None
    pack_price: Decimal | None = None


class ReadyLine(msgspec.Struct, frozen=True):
    """A line, its product under lock, its pack, and what it comes to."""

    given: ReceiptLineInput
    product: StockedProduct
    pack: PackFacts | None
    terms: Terms

    @property
    def batch_code(self) -> str:
        return self.given.batch_code.strip()


async def prepare_lines(db: Connection, lines: Sequence[ReceiptLineInput]) -> list[ReadyLine]:
    """Lock the products, look the packs up, convert and price every line.

    Raises PackMissing, PackUnknown, and the refusals of ``rules.terms_of``, of products and of quantities.
    """
    products = await lock_products(db, [line.product_id for line in lines])
    packs = await queries.list_packs_by_id(db, [line.pack_id for line in lines if line.pack_id])
    return [
        _ready(line, products[line.product_id], packs, f"/lines/{index}") for index, line in enumerate(lines)
    ]


def _ready(
    line: ReceiptLineInput, product: StockedProduct, packs: Mapping[UUID, PackFacts], at: str
) -> ReadyLine:
    pack = _pack(line, product, packs, at)
    if line.quantity is not None:
        _check_quantity(line.quantity, product, f"{at}/quantity")
    terms = rules.terms_of(
        quantity=line.quantity,
        packs=line.packs,
        factor=Decimal(1) if pack is None else pack.factor,
        unit_price=line.unit_price,
        pack_price=line.pack_price,
        at=at,
    )
    if line.packs is not None:
        _check_quantity(terms.quantity, product, f"{at}/packs")
    return ReadyLine(line, product, pack, terms)


def _pack(
    line: ReceiptLineInput, product: StockedProduct, packs: Mapping[UUID, PackFacts], at: str
) -> PackFacts | None:
    if line.pack_id is None:
        if line.packs is not None:
            raise errors.PackMissing(at=f"{at}/pack_id")
        return None
    pack = packs.get(line.pack_id)
    if pack is None or pack.product_id != product.id:
        raise PackUnknown(at=f"{at}/pack_id", product=product.name)
    if line.packs is None:
        raise errors.PacksNotRight(at=f"{at}/packs")
    return pack


def _check_quantity(quantity: Decimal, product: StockedProduct, at: str) -> None:
    check_quantity(quantity, precision=product.precision, product=product.name, at=at)


def columns_of(lines: Sequence[ReadyLine], batches: Sequence[UUID]) -> dict[str, Any]:
    """For ``unnest``: a list a column."""
    return {
        "products": [line.product.id for line in lines],
        "batches": list(batches),
        "pack_ids": [None if line.pack is None else line.pack.id for line in lines],
        "pack_names": ["" if line.pack is None else line.pack.name for line in lines],
        "factors": [Decimal(1) if line.pack is None else line.pack.factor for line in lines],
        "packs": [line.terms.packs for line in lines],
        "quantities": [line.terms.quantity for line in lines],
        "unit_prices": [line.terms.unit_price for line in lines],
        "pack_prices": [line.terms.pack_price for line in lines],
        "amounts": [line.terms.amount for line in lines],
    }
