"""The dispensing form as it was typed: words become ids, boxes of reasons become answers."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import msgspec

from stockroom.catalog import Pack, PackUnknown, in_base_units, packs_by_product
from stockroom.dispensing.actions.dispensing_input import DispenseLine
from stockroom.dispensing.actions.preview import PreviewInput
from stockroom.dispensing.errors import PatientUnknown, PrescriberUnknown
from stockroom.dispensing.queries.products import list_products
from stockroom.dispensing.queries.typed import (
    find_typed_patient,
    find_typed_prescriber,
    list_typed_products,
)
from stockroom.dispensing.rules import Warned
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.errors import N_, FieldError, Invalid, Refusal
from stockroom.platform.fields import structure, typed_decimal
from stockroom.stock import StockedProduct

LINE = re.compile(r"lines-(\d{1,4})-([a-z_]+)")
REASON = re.compile(r"reason-([a-z_]+)-([0-9a-f-]{36})")
BLANK: dict[str, str] = dict.fromkeys(
    (
        "product", "product_id", "quantity", "pack_id", "directions", "allow_partial", "batch_id", "batch_reason",
        "settles_id", "settles_line",
    ),
    "",
)  # fmt: skip
SHOWN = ("product", "product_id", "quantity", "directions")
ON_THE_FORM = {"patient_id": "patient", "prescriber_id": "prescriber", "product_id": "product",
               "settles_id": "product", "settles_line": "product"}  # fmt: skip
"""What the action calls a field → the field of the form that says it."""
PRODUCT_UNKNOWN = N_("No product has this code, barcode or name. Choose one from the list.")
NOBODY = UUID(int=0)
HEAD = ("patient_id", "prescriber_id", "place_id", "note")

Line = dict[str, str]


class TypedDispensing(msgspec.Struct):
    """The head of the form, its lines by the number they have there, and the reasons by warning."""

    form: dict[str, str]
    lines: dict[int, Line]
    reasons: dict[tuple[str, UUID], str]
    products: Mapping[UUID, StockedProduct]
    packs: Mapping[UUID, list[Pack]]

    def as_input(self, warnings: Sequence[Warned]) -> dict[str, Any]:
        """What ``DispensingInput`` is made from: reasons go with the warnings that there are.

        Raises Invalid for words that mean nothing here, PackUnknown.
        """
        self._refuse_unknown()
        lines = {
            f"lines-{index}-{name}": value
            for index, line in enumerate(self.lines.values())
            for name, value in self._counted(index, line).items()
            if name not in ("product", "pack_id")
        }
        raw = structure({**{name: self.form.get(name, "") for name in HEAD}, **lines})
        raw.setdefault("lines", [])
        raw["answers"] = [
            {"code": warned.code, "product_id": str(warned.product_id), "reason": self.reason(warned)}
            for warned in warnings
            if self.reason(warned)
        ]
        return raw

    def reason(self, warned: Warned) -> str:
        return self.reasons.get((warned.code, warned.product_id), "")

    def as_preview(self) -> tuple[list[int], PreviewInput] | None:
        """The numbers of the lines that name a product, and what they would take; None without a place."""
        place, patient = _id(self.form.get("place_id")), _id(self.form.get("patient_id"))
        numbers: list[int] = []
        lines: list[DispenseLine] = []
        for number, line in self.lines.items():
            product = _id(line["product_id"])
            if product is not None:
                numbers.append(number)
                lines.append(_preview_line(product, self._as_far_as_counted(line)))
        if place is None:
            return None
        return numbers, PreviewInput(place_id=place, patient_id=patient, lines=lines)

    def put_on_the_form(self, refusal: Refusal) -> None:
        """Point every error at the form's own field."""
        numbers = list(self.lines)
        refusal.errors = [
            msgspec.structs.replace(error, at=_form_field(error.at, numbers)) for error in refusal.errors
        ]

    def _counted(self, index: int, line: Line) -> Line:
        """The line with its quantity in base units, whatever pack it was written in."""
        if not line["pack_id"]:
            return line
        pack = self._pack(line)
        if pack is None:
            raise PackUnknown(at=f"/lines/{index}/pack_id", product=line["product"])
        return {**line, "quantity": in_base_units(line["quantity"], pack.factor)}

    def _as_far_as_counted(self, line: Line) -> Line:
        return self._counted(0, line) if self._pack(line) or not line["pack_id"] else {**line, "quantity": ""}

    def _pack(self, line: Line) -> Pack | None:
        wanted, product = _id(line["pack_id"]), _id(line["product_id"])
        return next((pack for pack in self.packs.get(product or NOBODY, []) if pack.id == wanted), None)

    def _refuse_unknown(self) -> None:
        problems = [
            FieldError(f"/lines/{index}/product_id", "product.unknown", PRODUCT_UNKNOWN)
            for index, line in enumerate(self.lines.values())
            if line["product"].strip() and not line["product_id"]
        ]
        for name, kind in (("prescriber", PrescriberUnknown), ("patient", PatientUnknown)):
            if self.form.get(name, "").strip() and not self.form.get(f"{name}_id"):
                problems.insert(0, FieldError(f"/{name}_id", kind.code, kind.sentence))
        if problems:
            raise Invalid(errors=problems)


async def read_typed(db: Connection, form: Mapping[str, str], actor: Actor) -> TypedDispensing:
    """Five statements at most, whatever the lines. A removed line is gone, an added one is empty."""
    lines = _lines_of(form)
    head = {name: value for name, value in form.items() if not LINE.fullmatch(name)}
    if {"add_line", "remove_line", "check"} & head.keys():
        # This page is not the answer to the posting that the key belongs to.
        head.pop("idempotency_key", None)
    for name in ("patient", "prescriber"):
        words = head.get(name, "").strip()
        if words and not head.get(f"{name}_id"):
            found = (
                await find_typed_patient(db, words, actor)
                if name == "patient"
                else await find_typed_prescriber(db, words)
            )
            head[f"{name}_id"] = "" if found is None else str(found)
    await _find_products(db, list(lines.values()))
    ids = {found for line in lines.values() if (found := _id(line["product_id"])) is not None}
    products = await list_products(db, sorted(ids)) if ids else {}
    for line in lines.values():
        known = products.get(_id(line["product_id"]) or NOBODY)
        line["product"] = line["product"] if known is None else known.name
    return TypedDispensing(head, lines, _reasons_of(form), products, await packs_by_product(db, sorted(ids)))


def _lines_of(form: Mapping[str, str]) -> dict[int, Line]:
    found: dict[int, Line] = {}
    for name, value in form.items():
        if (part := LINE.fullmatch(name)) and part[2] in BLANK:
            found.setdefault(int(part[1]), dict(BLANK))[part[2]] = value
    removed = form.get("remove_line", "")
    lines = {
        number: line
        for number, line in sorted(found.items())
        if str(number) != removed and any(line[name].strip() for name in SHOWN)
    }
    if "add_line" in form:
        lines[max(lines, default=-1) + 1] = dict(BLANK)
    return lines


def _reasons_of(form: Mapping[str, str]) -> dict[tuple[str, UUID], str]:
    found: dict[tuple[str, UUID], str] = {}
    for name, value in form.items():
        part = REASON.fullmatch(name)
        product = _id(part[2]) if part else None
        if part and product is not None and value.strip():
            found[part[1], product] = value.strip()
    return found


async def _find_products(db: Connection, lines: Sequence[Line]) -> None:
    open_lines = [line for line in lines if line["product"].strip() and not line["product_id"]]
    if not open_lines:
        return
    found = await list_typed_products(db, [line["product"] for line in open_lines])
    for index, product_id in found.items():
        open_lines[index]["product_id"] = str(product_id)


def _preview_line(product: UUID, line: Line) -> DispenseLine:
    number = line["settles_line"]
    settles = _id(line["settles_id"])
    return DispenseLine(
        product_id=product,
        quantity=_quantity(line["quantity"]),
        batch_id=_id(line["batch_id"]),
        allow_partial=bool(line["allow_partial"]),
        settles_id=settles,
        settles_line=int(number) if settles and number.isascii() and number.isdigit() else None,
    )


def _quantity(text: str) -> Decimal:
    """Nought for what is no quantity yet: a preview refuses nothing."""
    try:
        value = Decimal(typed_decimal(text.strip()))
    except InvalidOperation:
        return Decimal(0)
    return value if value.is_finite() and 0 < value < Decimal(10) ** 12 else Decimal(0)


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _form_field(at: str, numbers: Sequence[int]) -> str:
    parts = at.split("/")
    if len(parts) > 3 and parts[1] == "lines" and parts[2].isdigit() and int(parts[2]) < len(numbers):
        parts[2] = str(numbers[int(parts[2])])
    parts[-1] = ON_THE_FORM.get(parts[-1], parts[-1])
    return "/".join(parts)
