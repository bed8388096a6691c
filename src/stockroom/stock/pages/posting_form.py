"""The forms that post stock, as they were typed: their lines, and what each line will take."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import msgspec

from stockroom.catalog import Pack, PackUnknown, in_base_units, packs_by_product
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.errors import FieldError, Invalid, Refusal
from stockroom.platform.fields import typed_decimal
from stockroom.stock import errors
from stockroom.stock.actions.preview import LinePreview, preview_allocation
from stockroom.stock.actions.take import TakeLine
from stockroom.stock.queries.balances import ProductLine, list_product_lines
from stockroom.stock.queries.batches import find_batches_by_code, list_batch_codes
from stockroom.stock.queries.products import find_typed_products
from stockroom.stock.rules import LINES_MOST

LINE = re.compile(r"lines-(\d{1,4})-([a-z_]+)")

Form = Mapping[str, str]
Line = dict[str, str]


class ShownLine(msgspec.Struct, frozen=True):
    """A line as the form shows it again: its number there, the texts typed, its product and the packs it may be
    written in, what it will take."""

    index: int
    typed: Line
    product: ProductLine | None
    packs: list[Pack]
    preview: LinePreview | None


def typed_lines(form: Form) -> list[Line]:
    """The lines in which anything was typed, in their order."""
    return [line for line in numbered_lines(form).values() if line]


def numbered_lines(form: Form) -> dict[int, Line]:
    """Every line of the form by its number; blank ones are empty. One more than a document may have at most."""
    found: dict[int, Line] = {}
    for name, value in form.items():
        if part := LINE.fullmatch(name):
            line = found.setdefault(int(part[1]), {})
            if value.strip():
                line[part[2]] = value.strip()
    return {index: found[index] for index in sorted(found)[: LINES_MOST + 1]}


def with_lines(form: Form, lines: Sequence[Line]) -> dict[str, str]:
    """The form with these lines in place of its own, numbered from nought."""
    rest = {name: value for name, value in form.items() if not LINE.fullmatch(name)}
    for index, line in enumerate(lines):
        rest |= {f"lines-{index}-{name}": value for name, value in line.items()}
    return rest


def without_line(form: Form, index: str) -> dict[str, str]:
    """The form without the line whose button was pressed."""
    prefix = f"lines-{index}-"
    return {name: value for name, value in form.items() if not name.startswith(prefix)}


async def resolve_lines(db: Connection, form: Form, *, new_batches: bool = False) -> dict[str, str]:
    """The form with the ids of products and batches that were only typed; two statements at most.

    ``new_batches`` lets a batch code be one that is not known yet. Raises Invalid at each line with a
    product that nobody knows, or a batch.
    """
    lines = typed_lines(form)
    await _resolve_products(db, lines)
    await _resolve_batches(db, lines, new_batches=new_batches)
    return with_lines(form, lines)


async def count_in_base_units(db: Connection, form: Form) -> dict[str, str]:
    """The resolved form with every quantity in base units, whatever pack it was written in; one statement where
    there are packs. Raises PackUnknown at the line whose product has no such pack."""
    lines = typed_lines(form)
    packs = await _packs_of(db, [line for line in lines if line.get("pack_id")])
    for index, line in enumerate(lines):
        if pack_id := line.pop("pack_id", ""):
            pack = _pack(packs, line, pack_id)
            if pack is None:
                raise PackUnknown(at=f"/lines/{index}/pack_id", product=line.get("product", "–"))
            line["quantity"] = in_base_units(line.get("quantity", ""), pack.factor)
    return with_lines(form, lines)


async def _packs_of(db: Connection, lines: Sequence[Line]) -> dict[UUID, list[Pack]]:
    return await packs_by_product(db, [id_ for line in lines if (id_ := as_uuid(line.get("product_id", "")))])


def _choices(packs: Mapping[UUID, list[Pack]], line: Line) -> list[Pack]:
    product_id = as_uuid(line.get("product_id", ""))
    return packs.get(product_id, []) if product_id else []


def _pack(packs: Mapping[UUID, list[Pack]], line: Line, pack_id: str) -> Pack | None:
    wanted = as_uuid(pack_id)
    return next((pack for pack in _choices(packs, line) if pack.id == wanted), None)


async def _resolve_products(db: Connection, lines: Sequence[Line]) -> None:
    open_ = [line for line in lines if line.get("product") and not line.get("product_id")]
    known = await find_typed_products(db, sorted({_plain(line["product"]) for line in open_}))
    for line in open_:
        if found := known.get(_plain(line["product"])):
            line["product_id"] = str(found)
    _refuse_open(lines, "product", errors.ProductUnknown)


async def _resolve_batches(db: Connection, lines: Sequence[Line], *, new_batches: bool) -> None:
    open_ = [line for line in lines if line.get("batch") and not line.get("batch_id")]
    wanted = [(product, line["batch"]) for line in open_ if (product := as_uuid(line.get("product_id", "")))]
    known = await find_batches_by_code(db, sorted({(id_, _plain(code)) for id_, code in wanted}))
    for line in open_:
        product = as_uuid(line.get("product_id", ""))
        found = known.get((product, _plain(line["batch"]))) if product else None
        if found is not None and line.get("expires_on", "") in ("", str(found.expires_on or "")):
            line["batch_id"] = str(found.id)
        elif new_batches:
            line["batch_code"] = line.pop("batch")
    if not new_batches:
        _refuse_open(lines, "batch", errors.BatchUnknown)


def _plain(text: str) -> str:
    """What the database can look for at all."""
    return text.replace("\x00", "")[:200]


def _refuse_open(lines: Sequence[Line], name: str, refusal: type[Refusal]) -> None:
    problems = [
        FieldError(f"/lines/{index}/{name}_id", refusal.code, refusal.sentence)
        for index, line in enumerate(lines)
        if line.get(name) and not line.get(f"{name}_id")
    ]
    if problems:
        raise Invalid(errors=problems)


async def show_lines(
    db: Connection, form: Form, *, place_id: UUID | None, on: date, actor: Actor, allocate: bool
) -> list[ShownLine]:
    """The lines with names where only ids are known, and (``allocate``) what each will take; at most six
    statements whatever the lines."""
    numbered = numbered_lines(form)
    lines = list(numbered.values())
    products = await _name_products(db, lines)
    await _name_batches(db, lines)
    packs = await _packs_of(db, lines)
    takes = [as_take(line, packs) for line in lines]
    previews: list[LinePreview] = []
    if allocate and place_id is not None and any(takes):
        previews = await _previews(db, [take for take in takes if take], place_id, on, actor)
    coming = iter(previews)
    return [
        ShownLine(
            index,
            line,
            products.get(line.get("product_id", "")),
            _choices(packs, line),
            next(coming, None) if take else None,
        )
        for (index, line), take in zip(numbered.items(), takes, strict=True)
    ]


async def _name_products(db: Connection, lines: Sequence[Line]) -> dict[str, ProductLine]:
    """Write the names where only ids are known; answers the products by id as it stands in the form."""
    ids = [id_ for line in lines if (id_ := as_uuid(line.get("product_id", "")))]
    products = {str(id_): product for id_, product in (await list_product_lines(db, ids)).items()}
    for line in lines:
        if product := products.get(line.get("product_id", "")):
            line.setdefault("product", product.name)
    return products


async def _name_batches(db: Connection, lines: Sequence[Line]) -> None:
    ids = [id_ for line in lines if (id_ := as_uuid(line.get("batch_id", "")))]
    codes = {str(id_): code for id_, code in (await list_batch_codes(db, ids)).items()}
    for line in lines:
        code = codes.get(line.get("batch_id", "")) or line.get("batch_code", "")
        if code:
            line.setdefault("batch", code)


async def _previews(
    db: Connection, takes: Sequence[TakeLine], place_id: UUID, on: date, actor: Actor
) -> list[LinePreview]:
    try:
        return await preview_allocation(db, place_id=place_id, lines=takes, on=on, actor=actor)
    except Refusal:
        return []


def as_take(line: Line, packs: Mapping[UUID, list[Pack]]) -> TakeLine | None:
    """The line as far as it can be allocated; None where product or quantity is not there yet."""
    typed, pack_id = line.get("quantity", ""), line.get("pack_id", "")
    pack = _pack(packs, line, pack_id)
    typed = in_base_units(typed, pack.factor) if pack else "" if pack_id else typed
    product_id, quantity = as_uuid(line.get("product_id", "")), as_quantity(typed)
    if product_id is None or quantity is None:
        return None
    return TakeLine(product_id=product_id, quantity=quantity, batch_id=as_uuid(line.get("batch_id", "")))


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def as_quantity(text: str) -> Decimal | None:
    try:
        quantity = Decimal(typed_decimal(text))
    except InvalidOperation:
        return None
    return quantity if quantity.is_finite() else None


def prefilled(query: Mapping[str, Any]) -> dict[str, str]:
    """A form from a link: ``?place_id=&product_id=&batch_id=&quantity=&reason=``."""
    line = {name: query[name] for name in ("product_id", "batch_id", "quantity") if query.get(name)}
    places = ("place_id", "from_place_id", "to_place_id", "reason")
    form = {name: str(query[name]) for name in places if query.get(name)}
    return with_lines(form, [line] if line else [])
