"""A product with everything that belongs to it."""

from datetime import date

import msgspec

from stockroom.catalog.queries.prices import Price, list_current_prices
from stockroom.catalog.queries.products import Barcode, Pack, Product, list_barcodes, list_packs
from stockroom.platform.db import Connection


class WholeProduct(Product, frozen=True):
    """A product with its packs, barcodes and today's prices (null without the permission to see prices)."""

    packs: list[Pack]
    barcodes: list[Barcode]
    prices: list[Price] | None


async def get_whole_product(
    db: Connection, product: Product, *, may_see_prices: bool, today: date
) -> WholeProduct:
    """Three statements at most, beside the one that found the product."""
    return WholeProduct(
        **msgspec.structs.asdict(product),
        packs=await list_packs(db, [product.id]),
        barcodes=await list_barcodes(db, product.id),
        prices=await list_current_prices(db, product.id, on=today) if may_see_prices else None,
    )
