"""The product that a person means by a code."""

from stockroom.catalog.gs1 import barcode_of
from stockroom.catalog.queries import products
from stockroom.catalog.queries.products import Product
from stockroom.platform.db import Connection


async def find_product_by_code(db: Connection, code: str) -> Product | None:
    """By the product's code, a barcode, a GS1 code, or a name that only one active product bears."""
    plain = code.strip().replace("\x00", "")
    product_id = await products.find_product_id(db, plain, [barcode_of(code)]) if plain else None
    return None if product_id is None else await products.get_product(db, product_id)
