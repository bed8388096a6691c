"""Stores and what lies in them: places, batches, opening balances."""

from collections.abc import Container, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import msgspec

from stockroom.interchange.alorf import plan
from stockroom.interchange.alorf.catalog import Medicine, placeholder
from stockroom.interchange.alorf.dates import read_day
from stockroom.interchange.alorf.decode import SourceFileError, read_json
from stockroom.interchange.alorf.fields import as_key, as_list, as_map, as_text
from stockroom.interchange.alorf.numbers import decimals_of, read_quantity, show
from stockroom.interchange.alorf.people import PHARMACY, department_ref
from stockroom.interchange.alorf.reading import Journal, Reading, RecordError


class Entry(NamedTuple):
    """One line of an inventory; `code` is why its quantity cannot be read, or ""."""

    medicine_key: str
    quantity: Decimal | None
    text: str
    code: str
    batch_code: str
    expires_on: date | None


class Store(NamedTuple):
    place: plan.Place
    entries: list[Entry]


class Stock(NamedTuple):
    """`shelf` is the old figure by (store, medicine), negative ones included."""

    products: dict[str, plan.Product]
    batches: tuple[plan.Batch, ...]
    openings: tuple[plan.Opening, ...]
    refused: tuple[plan.RefusedStock, ...]
    shelf: dict[tuple[str, str], Decimal]


def read_store(reading: Reading, departments: Container[str]) -> Store:
    entries = list(read_inventory(reading))
    if not reading.ref("id") and not reading.text("name", "store_name"):
        raise RecordError("store_unknown")
    name = reading.name("name", "store_name", otherwise=f"Store {reading.key} (from ALORF)")
    created_at = reading.moment("created_at")
    location = reading.text("location")
    reading.missing(location=location, created_at=created_at)
    place = plan.Place(
        source_id=f"alorf:store:{reading.key}",
        key=reading.key,
        name=name,
        department_key=department_ref(reading, departments),
        location=location,
        kind="storage",
        is_main=False,
        created_at=created_at,
        notes=reading.notes("description", "notes", "note"),
    )
    return Store(place, entries)


def main_store(stores: dict[str, Store], department: str | None) -> str | None:
    """The store the old system received into: 01 of the main department, then any of it, then 01."""
    own = [key for key, store in stores.items() if department and store.place.department_key == department]
    if "01" in own:
        return "01"
    named = [key for key, store in stores.items() if PHARMACY.search(store.place.name)]
    return next(iter((*own, *(key for key in stores if key == "01"), *named)), None)


def read_inventory(reading: Reading) -> Iterator[Entry]:
    """A map from medicine to quantity (or to quantity, batch and expiry), a list of lines, or JSON text."""
    value = reading.value("inventory", "stock", "medicines")
    if isinstance(value, str):
        value = _from_text(value)
    lines = as_list(value)
    if value is None and reading.ref("medicine_id"):
        lines = [reading.record.fields]
    if (members := as_map(value)) is not None:
        lines = [{"medicine_id": key} | (as_map(one) or {"quantity": one}) for key, one in members.items()]
    if lines is None:
        if value is not None:
            reading.change("inventory_unreadable", text=as_text(value)[:200])
            yield Entry("", None, as_text(value), "inventory_unreadable", "", None)
        return
    for line in lines:
        yield _entry(as_map(line), line)


def _from_text(text: str) -> object:
    try:
        return [row.value for row in read_json(text, "inventory", "inventory")[0]]
    except SourceFileError:
        return text


def _entry(line: dict[str, object] | None, raw: object) -> Entry:
    if line is None:
        return Entry("", None, as_text(raw), "number_unreadable", "", None)
    told = next((line[name] for name in ("quantity", "medicine_stock", "stock", "qty") if name in line), None)
    number = read_quantity(told)
    value = Decimal(0) if number.code == "empty" else number.value
    return Entry(
        as_key(line.get("medicine_id", line.get("id"))),
        value,
        as_text(told),
        number.code if number.code != "empty" else "",
        as_text(line.get("batch_number", line.get("batch"))),
        read_day(line.get("expiry_date", line.get("expiry"))).value,
    )


class StockTaker:
    """Turns inventories into opening balances, one quantity at a time, none of them lost."""

    def __init__(self, medicines: dict[str, Medicine], journal: Journal) -> None:
        self.medicines = medicines
        self.journal = journal
        self.products = {key: medicine.product for key, medicine in medicines.items()}
        self.batches: dict[str, plan.Batch] = {}
        self.sums: dict[tuple[str, str], Decimal] = {}
        self.refused: list[plan.RefusedStock] = []
        self.shelf: dict[tuple[str, str], Decimal] = {}

    def take(self, stores: dict[str, Store]) -> Stock:
        for medicine in self.medicines.values():
            if medicine.batch_code or medicine.expires_on:
                self._batch(medicine.product.key, medicine.batch_code, medicine.expires_on)
        for key, store in stores.items():
            self._take_store(self.journal.reading_of("stores", key), key, store)
        for reading in self.journal.refused("stores"):
            self._refuse_store(reading)
        openings = tuple(self._openings())
        self._flag(openings)
        return Stock(self.products, tuple(self.batches.values()), openings, tuple(self.refused), self.shelf)

    def _take_store(self, reading: Reading, key: str, store: Store) -> None:
        listed: set[tuple[str, str, date | None]] = set()
        for entry in store.entries:
            identity = (entry.medicine_key, entry.batch_code, entry.expires_on)
            if identity in listed:
                reading.change("stock_merged", medicine=entry.medicine_key)
            listed.add(identity)
            self._take_entry(reading, key, entry)

    def _take_entry(self, reading: Reading, store: str, entry: Entry) -> None:
        quantity = entry.quantity
        if quantity is None or not entry.medicine_key:
            reading.change("stock_unreadable", medicine=entry.medicine_key, text=entry.text[:100])
            self._refuse(store, entry, entry.code or "medicine_gone")
            return
        if entry.code:
            reading.change(entry.code, field="quantity", text=entry.text[:100], value=show(quantity))
        where = (store, entry.medicine_key)
        self.shelf[where] = self.shelf.get(where, Decimal(0)) + quantity
        if quantity < 0:
            reading.change("negative_stock", medicine=entry.medicine_key, quantity=show(quantity))
        elif quantity > 0:
            self._open(reading, store, entry, quantity)

    def _open(self, reading: Reading, store: str, entry: Entry, quantity: Decimal) -> None:
        if entry.medicine_key not in self.products:
            self.products[entry.medicine_key] = placeholder(entry.medicine_key)
        if self.products[entry.medicine_key].placeholder:
            reading.change("placeholder_made", medicine=entry.medicine_key)
        own = self.medicines.get(entry.medicine_key)
        code = entry.batch_code or (own.batch_code if own else "")
        expiry = entry.expires_on or (own.expires_on if own and code == own.batch_code else None)
        batch = self._batch(entry.medicine_key, code, expiry)
        self.sums[store, batch] = self.sums.get((store, batch), Decimal(0)) + quantity

    def _batch(self, product: str, code: str, expires_on: date | None) -> str:
        key = f"{product}/{code}/{expires_on.isoformat() if expires_on else ''}"
        if key not in self.batches:
            flags = () if expires_on else ("no_expiry",)
            self.batches[key] = plan.Batch(
                source_id=f"alorf:batch:{key}",
                key=key,
                product_key=product,
                code=code,
                expires_on=expires_on,
                flags=flags,
            )
        return key

    def _refuse_store(self, reading: Reading) -> None:
        entries = list(read_inventory(reading))
        for entry in entries:
            self._refuse(reading.key, entry, reading.refusal.code if reading.refusal else "")
        if entries:
            reading.change("stock_refused", stock=", ".join(f"{e.medicine_key}: {e.text}" for e in entries))

    def _refuse(self, store: str, entry: Entry, code: str) -> None:
        number = len(self.refused) + 1
        self.refused.append(
            plan.RefusedStock(
                source_id=f"alorf:refused-stock:{number}",
                old_store_id=store,
                old_medicine_id=entry.medicine_key,
                quantity=entry.quantity,
                quantity_text=entry.text,
                code=code,
            )
        )

    def _openings(self) -> Iterator[plan.Opening]:
        for (store, batch), quantity in self.sums.items():
            yield plan.Opening(
                source_id=f"alorf:opening:{store}:{batch}",
                place_key=store,
                product_key=self.batches[batch].product_key,
                batch_key=batch,
                quantity=quantity,
            )

    def _flag(self, openings: tuple[plan.Opening, ...]) -> None:
        today = self.journal.at.astimezone(self.journal.zone).date()
        for opening in openings:
            batch, product = self.batches[opening.batch_key], self.products[opening.product_key]
            precision = max(product.precision, decimals_of(opening.quantity))
            wanted = [] if batch.expires_on else ["no_expiry"]
            if batch.expires_on and batch.expires_on < today:
                wanted.append("expired_stock")
            self._report_flags(product, wanted, batch)
            flags = (*product.flags, *(flag for flag in wanted if flag not in product.flags))
            self.products[product.key] = _replace_product(product, precision, flags)

    def _report_flags(self, product: plan.Product, wanted: list[str], batch: plan.Batch) -> None:
        for flag in wanted:
            if flag not in product.flags and not product.placeholder:
                reading = self.journal.reading_of("medicines", product.key)
                expiry = {"expiry": batch.expires_on.isoformat()} if batch.expires_on else {}
                reading.change(flag, **expiry)


def _replace_product(product: plan.Product, precision: int, flags: tuple[str, ...]) -> plan.Product:
    return msgspec.structs.replace(product, precision=precision, flags=flags)
