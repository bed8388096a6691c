"""What a posting stands on: the products locked, the places checked."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.stock import errors, queries
from stockroom.stock.queries.balances import StockedProduct
from stockroom.stock.queries.places import PlaceFacts

OUTSIDE: Mapping[str, UUID] = {
    "supplier": UUID("00000000-0000-7000-8000-000000000001"),
    "customer": UUID("00000000-0000-7000-8000-000000000002"),
    "patient": UUID("00000000-0000-7000-8000-000000000003"),
    "production": UUID("00000000-0000-7000-8000-000000000004"),
    "loss": UUID("00000000-0000-7000-8000-000000000005"),
    "opening": UUID("00000000-0000-7000-8000-000000000006"),
}
"""The outside places, made by the first migration of this module."""


async def lock_products(
    db: Connection, ids: Sequence[UUID], *, for_stock: bool = True
) -> dict[UUID, StockedProduct]:
    """Lock and return the products of a document's lines, given in the order of the lines.

    Raises ProductUnknown, and ProductNotStocked unless ``for_stock`` is False (taking back what is archived).
    """
    products = await queries.list_products_for_update(db, ids)
    for index, product_id in enumerate(ids):
        product = products.get(product_id)
        if product is None:
            raise errors.ProductUnknown(at=f"/lines/{index}/product_id")
        if for_stock and (not product.active or product.kind == "service"):
            raise errors.ProductNotStocked(at=f"/lines/{index}/product_id", product=product.name)
    return products


async def require_places(db: Connection, actor: Actor, **ids: UUID) -> list[PlaceFacts]:
    """The stock-holding places named by field, in the order given.

    Raises PlaceUnknown, NotYourPlace, PlaceNotUsable, each at its field.
    """
    found = await queries.get_places_for_posting(db, list(ids.values()))
    return [_usable(found.get(place_id), actor, f"/{field}") for field, place_id in ids.items()]


def _usable(place: PlaceFacts | None, actor: Actor, at: str) -> PlaceFacts:
    if place is None:
        raise errors.PlaceUnknown(at=at)
    if place.outside or not place.active:
        raise errors.PlaceNotUsable(at=at, place=place.name)
    if actor.departments is not None and place.department_id not in actor.departments:
        raise errors.NotYourPlace(at=at)
    return place
