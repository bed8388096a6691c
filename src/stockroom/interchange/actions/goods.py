"""Suppliers, dosage forms and medicines with their prices and levels."""

from functools import partial
from uuid import UUID

from stockroom.catalog import (
    BarcodeInput,
    FormInput,
    PriceInput,
    ProductInput,
    SupplierInput,
    archive_product,
    create_form,
    create_product,
    create_supplier,
    set_price,
)
from stockroom.interchange import rules
from stockroom.interchange.actions.intake import Intake, Mend, checked
from stockroom.interchange.actions.mends import leave_empty, move_to_notes, recode, rename
from stockroom.interchange.alorf import Finding, plan
from stockroom.interchange.alorf.forms import OTHER
from stockroom.interchange.queries import matches
from stockroom.platform.db import savepoint
from stockroom.stock import LevelInput, set_level

SUPPLIERS, FORMS, MEDICINES = "suppliers", "forms", "medicines"
UNIT = "pcs"
"""The old system counts medicines without saying in what."""


async def take_suppliers(intake: Intake, items: tuple[plan.Supplier, ...]) -> None:
    """Found here by name, or created."""
    named = await matches.match_suppliers(intake.db, {item.key: item.name for item in items})
    for item in items:
        if not intake.meet(SUPPLIERS, item) and not intake.claim(SUPPLIERS, item, named.get(item.key)):
            await _create_supplier(intake, item)


async def _create_supplier(intake: Intake, item: plan.Supplier) -> None:
    fit = rules.Fitting()
    email, odd_email = rules.fitting_email(item.email)
    wanted = SupplierInput(
        name=item.name,
        contact_person=fit.line("contact_person", item.contact_person),
        phone=fit.line("phone", item.phone),
        email=email,
        address=fit.line("address", item.address),
        city=fit.line("city", item.city),
        notes=fit.text("notes", odd_email and f"e-mail: {odd_email}", item.notes),
    )
    mends: dict[str, Mend[SupplierInput]] = {"supplier.name_taken": rename(item.name, item.key)}
    await intake.persist(SUPPLIERS, item, wanted, partial(_supplier, intake, item), mends)
    if odd_email:
        intake.mend(SUPPLIERS, item, "email_in_notes", email=odd_email[:100])
    intake.keep_whole(SUPPLIERS, item, *fit.cut)


async def _supplier(intake: Intake, item: plan.Supplier, wanted: SupplierInput, /) -> UUID:
    at = intake.moment(item.created_at)
    return await create_supplier(intake.db, supplier=wanted, actor=intake.actor, at=at)


async def take_forms(intake: Intake, items: tuple[plan.Form, ...]) -> None:
    """Forms people added to the old system: found here by name, or added to the list."""
    named = await matches.match_forms(intake.db, {item.key: item.name for item in items})
    codes = await matches.list_form_codes(intake.db)
    made: dict[str, str] = {}
    for item in items:
        if intake.meet(FORMS, item):
            made.setdefault(item.name.casefold(), intake.ids[item.source_id])
            continue
        found = named[item.key].id if item.key in named else made.get(item.name.casefold())
        if found is not None:
            intake.tallies[FORMS].matched += 1
            intake.remember(FORMS, item, found)
            intake.say(FORMS, item, "changed", "form_matched", form=found)
            continue
        code = made[item.name.casefold()] = await _create_form(intake, item, codes)
        codes.add(code)


async def _create_form(intake: Intake, item: plan.Form, codes: set[str]) -> str:
    """The name in the other language is for people to write; until then it is the same."""
    fit = rules.Fitting()
    name = fit.line("name", item.name, rules.FORM_NAME_LIMIT)
    wanted = FormInput(code=rules.form_code(item.name, codes), name=name, name_pl=name)
    form = await create_form(intake.db, form=checked(wanted), actor=intake.actor)
    intake.made(FORMS, item, form.code)
    intake.mend(FORMS, item, "form_added", form=form.code)
    intake.keep_whole(FORMS, item, *fit.cut)
    return form.code


async def take_medicines(
    intake: Intake, items: tuple[plan.Product, ...], forms: tuple[plan.Form, ...]
) -> None:
    """Every medicine is a product of its own, with its price and its level; stand-ins come archived."""
    added = {form.name.casefold(): intake.ids[form.source_id] for form in forms}
    for item in items:
        if not intake.meet(MEDICINES, item):
            form = added.get(item.form_text.strip().casefold()) if item.form == OTHER else None
            await _create_medicine(intake, item, form or item.form)


async def _create_medicine(intake: Intake, item: plan.Product, form: str) -> None:
    fit = rules.Fitting()
    form_text = item.form_text if item.form_text.casefold() != form else ""
    wanted = ProductInput(
        code=rules.code_of(item.key),
        name=item.name,
        kind="medicine",
        category=fit.line("category", item.category),
        unit=UNIT,
        precision=item.precision,
        preferred_supplier_id=intake.id_of("supplier", item.supplier_key),
        notes=fit.text("notes", form_text and f"form: {form_text}", item.notes),
        generic_name=fit.line("generic_name", item.generic_name),
        brand_name=fit.line("brand_name", item.brand),
        strength=fit.line("strength", item.strength),
        form_code=form,
        barcodes=[BarcodeInput(code=item.barcode)] if item.barcode else [],
    )
    product_id = await intake.persist(
        MEDICINES, item, wanted, partial(_product, intake, item), _product_mends(item, wanted)
    )
    await _price(intake, item, product_id)
    await _level(intake, item, product_id)
    if not item.active:
        await archive_product(intake.db, product_id=product_id, version=1, actor=intake.actor, at=intake.at)
    intake.keep_whole(MEDICINES, item, *fit.cut)


def _product_mends(item: plan.Product, wanted: ProductInput) -> dict[str, Mend[ProductInput]]:
    in_notes = Finding("barcode_in_notes", {"barcode": item.barcode})
    barcode: Mend[ProductInput] = move_to_notes("barcodes", [], "barcode", item.barcode, in_notes)
    return {
        "product.code_taken": recode(wanted.code),
        "barcode.taken": barcode,
        "barcode.invalid": barcode,
        "barcode.length": barcode,
        "barcode.check_digit": barcode,
        "supplier.unknown": leave_empty("preferred_supplier_id", None, Finding("supplier_closed")),
        "dosage_form.unknown": move_to_notes(
            "form_code", None, "form", item.form, Finding("form_closed", {"form": item.form})
        ),
    }


async def _product(intake: Intake, item: plan.Product, wanted: ProductInput, /) -> UUID:
    """A barcode is refused only after the product is written."""
    at = intake.moment(item.created_at)
    create = partial(create_product, intake.db, product=wanted, actor=intake.actor, at=at)
    if not wanted.barcodes:
        return await create()
    async with savepoint(intake.db):
        return await create()


async def _price(intake: Intake, item: plan.Product, product_id: UUID) -> None:
    if item.price is not None:
        price = PriceInput(kind="purchase", amount=item.price, currency=intake.currency)
        await set_price(
            intake.db, product_id=product_id, price=price, actor=intake.actor, at=intake.stocked_at
        )


async def _level(intake: Intake, item: plan.Product, product_id: UUID) -> None:
    """The old limit is when to order again; less than that the organisation should not have."""
    limit = item.low_stock_limit
    if limit:
        level = LevelInput(product_id=product_id, minimum=limit, reorder_at=limit)
        await set_level(intake.db, level=level, actor=intake.actor)
