"""Packs and barcodes are saved with their product.

A pack that documents may name keeps its meaning: another name or factor makes another pack, and the old one
goes out of use.
"""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from stockroom.catalog.actions.product_input import CheckedProduct
from stockroom.catalog.errors import BarcodeTaken
from stockroom.catalog.queries import products
from stockroom.platform.db import Connection, execute
from stockroom.platform.ids import new_id

RETIRE_PACKS = """
update catalog.pack set active = false
where product_id = %(product)s and active and id <> all(%(kept)s::uuid[])
"""

INSERT_PACKS = """
insert into catalog.pack (id, product_id, name, factor)
select given.id, %(product)s, given.name, given.factor
from unnest(%(ids)s::uuid[], %(names)s::text[], %(factors)s::numeric[]) as given (id, name, factor)
"""

REMOVE_BARCODES = """
delete from catalog.barcode where product_id = %(product)s and code <> all(%(codes)s::text[])
"""

SAVE_BARCODES = """
insert into catalog.barcode as b (code, product_id, pack_id)
select given.code, %(product)s, given.pack_id
from unnest(%(codes)s::text[], %(packs)s::uuid[]) as given (code, pack_id)
order by given.code
on conflict (code) do update set pack_id = excluded.pack_id where b.product_id = excluded.product_id
"""


async def save_packs_and_barcodes(db: Connection, product_id: UUID, checked: CheckedProduct) -> None:
    """Raises BarcodeTaken where another product got a code since ``require_free_barcodes`` looked."""
    codes = [code for code, _ in checked.barcodes]
    pack_ids = await _save_packs(db, product_id, checked.packs)
    await execute(db, REMOVE_BARCODES, {"product": product_id, "codes": codes})
    packs = [None if index is None else pack_ids[index] for _, index in checked.barcodes]
    saved = await execute(db, SAVE_BARCODES, {"product": product_id, "codes": codes, "packs": packs})
    if saved != len(codes):
        await require_free_barcodes(db, codes, product_id)


async def require_free_barcodes(db: Connection, codes: Sequence[str], product_id: UUID | None) -> None:
    """Raises BarcodeTaken at the first line whose code another product has."""
    taken = await products.find_taken_barcode(db, codes, product_id) if codes else None
    if taken is not None:
        at = f"/barcodes/{codes.index(taken.code)}/code"
        raise BarcodeTaken(at=at, product=taken.product, barcode=taken.code)


async def _save_packs(db: Connection, product_id: UUID, packs: Sequence[tuple[str, Decimal]]) -> list[UUID]:
    """The ids of the packs in the order given; a pack that did not change keeps its id."""
    known = {(pack.name, pack.factor): pack.id for pack in await products.list_packs(db, [product_id])}
    ids = [known.get(pack) or new_id() for pack in packs]
    await execute(db, RETIRE_PACKS, {"product": product_id, "kept": ids})
    fresh = [(id_, *pack) for id_, pack in zip(ids, packs, strict=True) if pack not in known]
    if fresh:
        columns = {"ids": [row[0] for row in fresh], "names": [row[1] for row in fresh],
                   "factors": [row[2] for row in fresh]}  # fmt: skip
        await execute(db, INSERT_PACKS, {"product": product_id, **columns})
    return ids
