"""Setting prices."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from stockroom.catalog import rules
from stockroom.catalog.errors import CurrencyMissing, PriceDateImpossible
from stockroom.catalog.queries import prices, products
from stockroom.catalog.queries.prices import Price
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute
from stockroom.platform.errors import NotFound
from stockroom.platform.fields import StructInput, impossible_date
from stockroom.platform.ids import new_id

SAVE = """
insert into catalog.price (id, product_id, kind, amount, currency, valid_from, created_at)
values (%(id)s, %(product_id)s, %(kind)s, %(amount)s, %(currency)s, %(valid_from)s, %(at)s)
on conflict (product_id, kind, currency, valid_from) do update set amount = excluded.amount
"""

PriceKind = Literal["purchase", "sale"]
Currency = Annotated[str, Meta(max_length=3, pattern=r"^([A-Z]{3})?$(?!\n)")]


class PriceInput(StructInput, frozen=True, kw_only=True):
    """Net of VAT for one base unit. Without a day it holds from today.

    The API fills in the organisation's currency.
    """

    kind: PriceKind
    amount: Decimal
    currency: Currency = ""
    valid_from: date | None = None


async def set_price(
    db: Connection, *, product_id: UUID, price: PriceInput, actor: Actor, at: datetime
) -> Price:
    """From its day on this price holds; a second one of the same day, kind and currency corrects the first.

    ``at`` is in the organisation's zone. Raises NotFound, Invalid, CurrencyMissing, PriceDateImpossible.
    """
    rules.check_amount(price.amount)
    if not price.currency:
        raise CurrencyMissing
    valid_from = price.valid_from or at.date()
    if impossible_date(valid_from):
        raise PriceDateImpossible
    await products.lock_product(db, product_id)
    key = prices.PriceKey(product_id, price.kind, price.currency, valid_from)
    before = await prices.find_price_of_day(db, key)
    params = {**msgspec.structs.asdict(key), "id": new_id(), "amount": price.amount, "at": at}
    await execute(db, SAVE, params)
    after = await prices.find_price_of_day(db, key)
    if after is None:
        raise NotFound
    audit.record(db, actor, "catalog.price.set", "product", product_id, before=before, after=after)
    return after
