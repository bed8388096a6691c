"""The receive form as it was typed: names and codes become ids, a quantity and a price become those of a pack."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from stockroom.buying import queries
from stockroom.buying.errors import SupplierUnknown
from stockroom.buying.queries.typed import LineProduct
from stockroom.catalog import parse_gs1
from stockroom.platform.db import Connection
from stockroom.platform.errors import N_, FieldError, Invalid, Refusal
from stockroom.platform.fields import structure

LINE = re.compile(r"lines-(\d{1,4})-([a-z_]+)")
BLANK: dict[str, str] = dict.fromkeys(
    ("product", "product_id", "pack_id", "quantity", "batch_code", "expires_on", "price"), ""
)
ON_THE_FORM = {
    "supplier_id": "supplier", "product_id": "product", "packs": "quantity", "unit_price": "price",
    "pack_price": "price",
}  # fmt: skip
"""What the action calls a field → the field of the form that says it."""
PRODUCT_UNKNOWN = N_("No product has this code, barcode or name. Choose one from the list.")

Line = dict[str, str]


class TypedReceipt(msgspec.Struct):
    """The form without empty lines, its lines in order from nought, and the products that they mean."""

    form: dict[str, str]
    lines: list[Line]
    products: Mapping[str, LineProduct]

    def as_input(self) -> dict[str, Any]:
        """What ``ReceiptInput`` is made from. Raises Invalid for names that mean nothing here."""
        unknown = [
            FieldError(f"/lines/{index}/product_id", "product.unknown", PRODUCT_UNKNOWN)
            for index, line in enumerate(self.lines)
            if line.get("product") and not line.get("product_id")
        ]
        if self.form.get("supplier") and not self.form.get("supplier_id"):
            unknown.insert(0, FieldError("/supplier_id", SupplierUnknown.code, SupplierUnknown.sentence))
        if unknown:
            raise Invalid(errors=unknown)
        raw = structure({**self.form, **_flat(self.lines)})
        raw["lines"] = [_line_input(line) for line in raw.get("lines", [])]
        if "accept_difference" in raw:
            raw["accept_difference"] = "true"
        return raw

    def put_on_the_form(self, refusal: Refusal) -> None:
        """Point every error at the form's own field."""
        refusal.errors = [
            msgspec.structs.replace(error, at=_form_field(error.at)) for error in refusal.errors
        ]


async def read_typed(db: Connection, form: dict[str, str]) -> TypedReceipt:
    """Three statements at most, whatever the lines. A removed line is gone, an added one is empty."""
    lines = _lines_of(form)
    head = {name: value for name, value in form.items() if not LINE.fullmatch(name)}
    if "add_line" in head or "remove_line" in head:
        # This page is not the answer to the posting that the key belongs to.
        head.pop("idempotency_key", None)
    await _find_supplier(db, head)
    await _find_products(db, lines)
    ids = {UUID(line["product_id"]) for line in lines if _is_id(line.get("product_id", ""))}
    products = await queries.list_line_products(db, sorted(ids)) if ids else {}
    for line in lines:
        known = products.get(UUID(line["product_id"])) if _is_id(line.get("product_id", "")) else None
        if known is not None:
            line["product"] = known.name
    return TypedReceipt(head, lines, {str(key): product for key, product in products.items()})


def _lines_of(form: Mapping[str, str]) -> list[Line]:
    found: dict[int, Line] = {}
    for name, value in form.items():
        if part := LINE.fullmatch(name):
            found.setdefault(int(part[1]), {})[part[2]] = value
    removed = form.get("remove_line", "")
    lines = [
        {**BLANK, **line}
        for index, line in sorted(found.items())
        if str(index) != removed and any(value.strip() for value in line.values())
    ]
    return [*lines, dict(BLANK)] if "add_line" in form else lines


async def _find_supplier(db: Connection, form: dict[str, str]) -> None:
    name = form.get("supplier", "").strip()
    if name and not form.get("supplier_id") and "\x00" not in name:
        found = await queries.list_typed_suppliers(db, name)
        if len(found) == 1:
            form["supplier_id"] = str(found[0].id)


async def _find_products(db: Connection, lines: list[Line]) -> None:
    open_lines = [line for line in lines if _words(line) and not line.get("product_id")]
    scans = [parse_gs1(_words(line)) for line in open_lines]
    barcodes = [
        _barcode(_words(line)) if scan is None else scan.gtin
        for line, scan in zip(open_lines, scans, strict=True)
    ]
    found = await queries.list_typed_products(db, [_words(line) for line in open_lines], barcodes)
    for index, (line, scan) in enumerate(zip(open_lines, scans, strict=True)):
        if index not in found:
            continue
        line["product_id"] = str(found[index].product_id)
        pack_id = found[index].pack_id
        if pack_id is not None and not line.get("pack_id"):
            line["pack_id"] = str(pack_id)
        if scan is not None:
            _fill(line, "batch_code", scan.batch)
            _fill(line, "expires_on", "" if scan.expires_on is None else scan.expires_on.isoformat())
            _fill(line, "quantity", "1" if scan.quantity is None else f"{scan.quantity:f}")


def _words(line: Line) -> str:
    return line.get("product", "").strip().replace("\x00", "")


def _fill(line: Line, name: str, value: str) -> None:
    if not line.get(name, "").strip():
        line[name] = value


def _barcode(words: str) -> str:
    """GTINs are kept as 14 digits."""
    is_gtin = words.isascii() and words.isdigit() and len(words) in (8, 12, 13, 14)
    return words.zfill(14) if is_gtin else words


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _flat(lines: list[Line]) -> dict[str, str]:
    return {
        f"lines-{index}-{name}": value for index, line in enumerate(lines) for name, value in line.items()
    }


def _line_input(line: dict[str, Any]) -> dict[str, Any]:
    """The one quantity and the one price of the form are those of the pack, where a pack was chosen."""
    quantity, price = ("packs", "pack_price") if "pack_id" in line else ("quantity", "unit_price")
    names = {"quantity": quantity, "price": price}
    return {names.get(name, name): value for name, value in line.items()}


def _form_field(at: str) -> str:
    *parents, name = at.split("/")
    return "/".join([*parents, ON_THE_FORM.get(name, name)])
