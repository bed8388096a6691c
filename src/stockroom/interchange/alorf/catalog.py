"""Suppliers, dosage forms and medicines."""

from collections.abc import Container, Iterable
from datetime import date
from typing import NamedTuple

from stockroom.interchange.alorf import plan
from stockroom.interchange.alorf.fields import western_digits
from stockroom.interchange.alorf.forms import OTHER, read_form, read_strength, same_strength
from stockroom.interchange.alorf.numbers import decimals_of
from stockroom.interchange.alorf.reading import Journal, Reading


class Medicine(NamedTuple):
    """A product and the one batch the old system kept on the medicine itself."""

    product: plan.Product
    batch_code: str
    expires_on: date | None


def read_supplier(reading: Reading) -> plan.Supplier:
    name = reading.name("name", "supplier_name", otherwise=f"Supplier {reading.key} (from ALORF)")
    contact, phone = (
        reading.text("contact_person", "contact"),
        reading.text("phone", "mobile_no", "telephone", "mobile"),
    )
    email, address = reading.text("email"), reading.text("address")
    created_at = reading.moment("created_at")
    reading.missing(contact_person=contact, phone=phone, email=email, address=address, created_at=created_at)
    return plan.Supplier(
        source_id=f"alorf:supplier:{reading.key}",
        key=reading.key,
        name=name,
        contact_person=contact,
        phone=phone,
        email=email,
        address=address,
        city=reading.text("city"),
        created_at=created_at,
        notes=reading.notes("notes", "note"),
    )


def read_form_record(reading: Reading) -> plan.Form:
    name = reading.name("name", "form", "form_name", otherwise=f"Form {reading.key} (from ALORF)")
    return plan.Form(source_id=f"alorf:form:{reading.key}", key=reading.key, name=name)


def read_medicine(reading: Reading, suppliers: Container[str], *, barcodes: dict[str, str]) -> Medicine:
    """`barcodes` maps those already given to medicine keys and grows."""
    name = reading.name(
        "name", "medicine_name", "drug_name", otherwise=f"Unnamed medicine {reading.key} (from ALORF)"
    )
    form_text, strength = _form_text(reading), reading.text("strength")
    form = _form(reading, form_text)
    strength = _strength(reading, form_text, strength)
    created_at = reading.moment("created_at")
    limit = reading.quantity("low_stock_limit", "reorder_level", "minimum_stock")
    if limit is not None and limit < 0:
        reading.change("number_negative", field="low_stock_limit", text=str(limit))
        limit = None
    price = reading.money("unit_price", "price")
    expires_on = reading.day("expiry_date", "expiry", "expiration_date", "expires_on")
    batch_code = reading.text("batch_number", "batch_no", "batch", "lot_number", "lot")
    reading.missing(form_dosage=form_text, strength=strength, low_stock_limit=limit, created_at=created_at)
    barcode, rejected = _barcode(reading, barcodes)
    product = plan.Product(
        source_id=f"alorf:medicine:{reading.key}",
        key=reading.key,
        code=f"ALORF-{reading.key}",
        name=name,
        generic_name=reading.text("generic_name", "generic"),
        brand=reading.text("brand_name", "brand"),
        strength=strength,
        form=form,
        form_text=form_text,
        category=reading.text("category"),
        supplier_key=_supplier(reading, suppliers),
        price=price,
        low_stock_limit=limit,
        precision=decimals_of(limit) if limit else 0,
        barcode=barcode,
        active=True,
        placeholder=False,
        flags=(),
        created_at=created_at,
        notes="\n".join(filter(None, (reading.notes("notes", "description"), rejected))),
    )
    return Medicine(product, batch_code, expires_on)


def placeholder(key: str) -> plan.Product:
    """A stand-in for a medicine that is gone and still holds stock."""
    return plan.Product(
        source_id=f"alorf:medicine:{key}",
        key=key,
        code=f"ALORF-{key}",
        name=f"Unknown medicine {key} (from ALORF)",
        generic_name="",
        brand="",
        strength="",
        form=OTHER,
        form_text="",
        category="",
        supplier_key=None,
        price=None,
        low_stock_limit=None,
        precision=0,
        barcode="",
        notes="",
        active=False,
        placeholder=True,
        flags=("unknown_medicine",),
        created_at=None,
    )


def report_same_names(items: Iterable[plan.Item], entity: str, journal: Journal) -> None:
    """Two of one name are both kept; the later one's line says so."""
    seen: dict[tuple[str, ...], str] = {}
    for item in items:
        if not isinstance(item, plan.Supplier | plan.Department | plan.Place | plan.Patient | plan.Product):
            continue
        extra = (item.strength, item.form_text) if isinstance(item, plan.Product) else ()
        name = tuple(" ".join(part.casefold().split()) for part in (item.name, *extra))
        other = seen.setdefault(name, item.key)
        if other != item.key:
            journal.reading_of(entity, item.key).change("duplicate_name", other=other)


def _supplier(reading: Reading, suppliers: Container[str]) -> str | None:
    key = reading.ref("supplier_id", "supplier")
    if key and key not in suppliers:
        reading.change("supplier_gone", id=key)
        return None
    return key or None


def _form_text(reading: Reading) -> str:
    """One text, or the older pair of form and dosage."""
    whole = reading.text("form_dosage", "dosage_form")
    return whole or " ".join(filter(None, (reading.text("form"), reading.text("dosage"))))


def _form(reading: Reading, text: str) -> str:
    form = read_form(text)
    if form is None:
        reading.change("form_unknown", text=text[:100])
    return form or OTHER


def _strength(reading: Reading, form_text: str, strength: str) -> str:
    in_form = read_strength(form_text)
    if in_form and not strength:
        reading.change("strength_from_form", strength=in_form)
        return in_form
    if in_form and not same_strength(in_form, strength):
        reading.change("strength_disagrees", form=form_text[:100], strength=strength[:100])
    return strength


def _barcode(reading: Reading, taken: dict[str, str]) -> tuple[str, str]:
    """The barcode, or nothing and the note that keeps it."""
    text = reading.text("barcode_number", "barcode", "gtin", "ean")
    barcode = western_digits(text).replace(" ", "").replace("-", "")
    if not barcode:
        return "", ""
    if not is_gtin(barcode):
        reading.change("barcode_wrong", barcode=text[:50])
        return "", f"barcode: {text}"
    other = taken.setdefault(barcode.zfill(14), reading.key)
    if other != reading.key:
        reading.change("barcode_taken", barcode=barcode, other=other)
        return "", f"barcode: {text}"
    return barcode, ""


def is_gtin(text: str) -> bool:
    """GTIN-8, 12, 13 or 14 with a right check digit (GS1 General Specifications, 7.9)."""
    if len(text) not in {8, 12, 13, 14} or not (text.isascii() and text.isdecimal()):
        return False
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(text)))
    return weighted % 10 == 0
