"""Old purchases, consumption, transfers and the activity log: kept to be read, never posted."""

from collections.abc import Callable, Container, Iterator, Mapping
from decimal import Decimal
from typing import Literal, NamedTuple

from stockroom.interchange.alorf import plan
from stockroom.interchange.alorf.fields import as_key, as_list, as_map, as_text, is_blank, json_text
from stockroom.interchange.alorf.numbers import read_quantity
from stockroom.interchange.alorf.reading import Reading

LINE_FIELDS = {"medicine_id", "quantity"}
Kind = Literal["purchase", "consumption", "transfer"]
Effect = Literal["done", "delivered", "pending", "none"]
EFFECTS: dict[str, Effect] = {
    **dict.fromkeys(("complete", "completed", "done", "received", "approved", "مكتمل"), "done"),
    "delivered": "delivered",
    **dict.fromkeys(("pending", "ordered", "draft", "in_transit", "requested"), "pending"),
    **dict.fromkeys(("cancelled", "canceled", "rejected", "void"), "none"),
}


class Known(NamedTuple):
    """Keys a document may refer to; `stores_of` maps a department to its store."""

    medicines: Container[str]
    suppliers: Container[str]
    patients: Container[str]
    stores: Container[str]
    departments: Container[str]
    stores_of: Mapping[str, str]


class Paper(NamedTuple):
    """A document with what it did to stock: its lines went from one store to another.

    `origin` and `destination` are old store ids, "" for the outside, "main" for the main store.
    """

    document: plan.Document
    effect: Effect
    origin: str
    destination: str


Rule = Callable[[Known, Reading], Paper]


def read_purchase(known: Known, reading: Reading) -> Paper:
    supplier = _party(reading, "supplier_gone", known.suppliers, "supplier_id", "supplier")
    parties = {
        "supplier": supplier,
        "purchaser": reading.text("purchaser_name", "purchaser"),
        "received_by": reading.text("received_by"),
        "delivered_on": reading.text("delivery_date"),
    }
    number = reading.text("invoice_number", "invoice_no", "invoice")
    status, effect = _status(reading)
    document = _document(
        reading,
        known,
        "purchase",
        parties=parties,
        dates=("date", "purchase_date"),
        status=status,
        number=number,
    )
    return Paper(document, effect, "", "main")


def read_consumption(known: Known, reading: Reading) -> Paper:
    """The department's store gave; without a department the main store did."""
    department = _party(reading, "department_gone", known.departments, "department_id", "department")
    store = _party(reading, "store_gone", known.stores, "store_id", "store")
    parties = {
        "patient": _party(reading, "patient_gone", known.patients, "patient_id", "patient"),
        "prescriber": reading.text("prescribed_by", "doctor", "doctor_name", "prescriber"),
        "department": department,
        "store": store,
    }
    status = reading.text("status")
    document = _document(
        reading, known, "consumption", parties=parties, dates=("date", "consumption_date"), status=status
    )
    origin = store or known.stores_of.get(department) or "main"
    return Paper(document, EFFECTS.get(status.casefold(), "done"), origin, "")


def read_transfer(known: Known, reading: Reading) -> Paper:
    origin = _party(
        reading, "store_gone", known.stores, "source_store_id", "from_store_id", "from_store", "source"
    )
    destination = _party(
        reading, "store_gone", known.stores, "destination_store_id", "to_store_id", "to_store", "destination"
    )
    parties = {
        "source": origin,
        "destination": destination,
        "requested_by": reading.text("requested_by"),
        "approved_by": reading.text("approved_by"),
    }
    status, effect = _status(reading)
    document = _document(
        reading, known, "transfer", parties=parties, dates=("transfer_date", "date"), status=status
    )
    return Paper(document, effect, origin, destination)


def read_activity(known: Known, reading: Reading) -> Paper:
    parties = {
        "user": reading.text("username", "user"),
        "user_id": reading.ref("user_id"),
        "action": reading.text("action"),
        "entity": reading.text("entity_type", "table"),
        "entity_id": reading.ref("entity_id", "record_id"),
    }
    document = plan.Document(
        source_id=f"alorf:activity:{reading.key}",
        kind="activity",
        old_id=reading.key,
        number="",
        on=None,
        status="",
        parties={role: who for role, who in parties.items() if who},
        lines=(),
        created_at=reading.moment("timestamp", "created_at", "date"),
        notes=reading.text("details", "notes"),
        raw=json_text(reading.record.raw),
    )
    return Paper(document, "none", "", "")


def _party(reading: Reading, code: str, known: Container[str], *names: str) -> str:
    key = reading.ref(*names)
    if key and key not in known:
        reading.change(code, id=key)
    return key


def _status(reading: Reading) -> tuple[str, Effect]:
    status = reading.text("status")
    effect = EFFECTS.get(status.casefold().replace(" ", "_"))
    if not status:
        reading.change("status_missing")
        return status, "done"
    if effect is None:
        reading.change("status_unknown", status=status[:50])
    return status, effect or "none"


def _document(
    reading: Reading,
    known: Known,
    kind: Kind,
    *,
    parties: dict[str, str],
    dates: tuple[str, ...],
    status: str = "",
    number: str = "",
) -> plan.Document:
    lines = tuple(_lines(reading, known))
    day = reading.day(*dates)
    reading.missing(**{dates[0]: day, "medicines": "yes" if lines else ""})
    return plan.Document(
        source_id=f"alorf:{kind}:{reading.key}",
        kind=kind,
        old_id=reading.key,
        number=number,
        on=day,
        status=status,
        parties={role: who for role, who in parties.items() if who},
        lines=lines,
        created_at=reading.moment("created_at"),
        notes=reading.text("notes", "note"),
        raw=json_text(reading.record.raw),
    )


def _lines(reading: Reading, known: Known) -> Iterator[plan.DocumentLine]:
    """`medicines[]`, a map from medicine to quantity, or one medicine on the document itself."""
    value = reading.value("medicines", "items", "lines")
    items = as_list(value)
    if (members := as_map(value)) is not None:
        items = [{"medicine_id": key, "quantity": one} for key, one in members.items()]
    if value is None and not is_blank(reading.record.fields.get("medicine_id")):
        items = [{"medicine_id": reading.value("medicine_id"), "quantity": reading.value("quantity")}]
    if items is None and value is not None:
        items = [value]
    for item in items or []:
        yield _line(reading, known, item)


def _line(reading: Reading, known: Known, item: object) -> plan.DocumentLine:
    told = as_map(item)
    if told is None:
        reading.change("line_unreadable", text=as_text(item)[:200])
        return plan.DocumentLine(
            product_key=None, old_medicine_id="", quantity=None, quantity_text="", notes=as_text(item)
        )
    key = as_key(told.get("medicine_id", told.get("medicine", told.get("id"))))
    amount = next((told[name] for name in ("quantity", "qty", "amount") if name in told), None)
    if key not in known.medicines:
        reading.change("medicine_gone", id=key)
    rest = {name: one for name, one in told.items() if name not in LINE_FIELDS and not is_blank(one)}
    return plan.DocumentLine(
        product_key=key if key in known.medicines else None,
        old_medicine_id=key,
        quantity=_quantity(reading, amount),
        quantity_text=as_text(amount),
        notes=json_text(rest) if rest else "",
    )


def _quantity(reading: Reading, amount: object) -> Decimal | None:
    quantity = reading.number("quantity", amount, read_quantity)
    if quantity is not None and quantity < 0:
        reading.change("number_negative", field="quantity", text=as_text(amount)[:50])
        return None
    if quantity is None and is_blank(amount):
        reading.change("number_unreadable", field="quantity", text="")
    return quantity
