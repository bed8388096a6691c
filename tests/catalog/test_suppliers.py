"""Suppliers and dosage forms."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from stockroom.catalog import SupplierInput, create_supplier, find_supplier_by_name, get_supplier
from stockroom.catalog.actions.forms import FormInput, FormNames, create_form, rename_form, set_form_active
from stockroom.catalog.actions.suppliers import archive_supplier, restore_supplier, update_supplier
from stockroom.catalog.errors import FormCodeTaken, SupplierNameTaken, TaxIdInvalid
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.errors import NotFound, Refusal, VersionStale
from tests.catalog.ground import written


@pytest.mark.parametrize(
    ("facts", "refusal", "at_field"),
    [
        ({"name": "hurtownia lekow"}, SupplierNameTaken, "/name"),
        ({"name": "Other", "tax_id": "5260001247"}, TaxIdInvalid, "/tax_id"),
    ],
)
async def test_refuses_a_supplier_and_writes_nothing(
    db: Connection,
    supplier: UUID,
    actor: Actor,
    at: datetime,
    facts: dict[str, Any],
    refusal: type[Refusal],
    at_field: str,
) -> None:
    before = await written(db)
    with pytest.raises(refusal) as refused:
        await create_supplier(db, supplier=SupplierInput(**facts), actor=actor, at=at)
    assert refused.value.errors[0].at == at_field
    assert await written(db) == before


async def test_changes_archives_and_restores_a_supplier(
    db: Connection, supplier: UUID, actor: Actor, at: datetime
) -> None:
    wanted = SupplierInput(name="Hurtownia", tax_id="526-000-12-46")
    after = await update_supplier(db, supplier_id=supplier, supplier=wanted, version=1, actor=actor)
    assert (after.name, after.tax_id, after.version) == ("Hurtownia", "5260001246", 2)
    assert await find_supplier_by_name(db, " HURTOWNIA ") == after
    with pytest.raises(VersionStale):
        await archive_supplier(db, supplier_id=supplier, version=1, actor=actor)
    await archive_supplier(db, supplier_id=supplier, version=2, actor=actor)
    assert await find_supplier_by_name(db, "Hurtownia") is None
    await create_supplier(db, supplier=SupplierInput(name="Hurtownia"), actor=actor, at=at)
    with pytest.raises(SupplierNameTaken):
        await restore_supplier(db, supplier_id=supplier, version=3, actor=actor)
    assert (await get_supplier(db, supplier)).active is False
    assert [entry.action for entry in db.pending_audit][1:3] == [
        "catalog.supplier.update",
        "catalog.supplier.archive",
    ]


async def test_adds_renames_and_archives_a_dosage_form(db: Connection, actor: Actor) -> None:
    drops = FormInput(code="eye_drops", name="eye drops", name_pl="krople do oczu")
    made = await create_form(db, form=drops, actor=actor)
    assert (made.code, made.version) == ("eye_drops", 1)
    before = await written(db)
    with pytest.raises(FormCodeTaken):
        await create_form(db, form=drops, actor=actor)
    names = FormNames(name="drops for eyes", name_pl="krople")
    with pytest.raises(VersionStale):
        await rename_form(db, code="eye_drops", names=names, version=2, actor=actor)
    with pytest.raises(NotFound):
        await rename_form(db, code="nope", names=names, version=1, actor=actor)
    assert await written(db) == before
    after = await rename_form(db, code="eye_drops", names=names, version=1, actor=actor)
    assert (after.name, after.name_pl) == ("drops for eyes", "krople")
    gone = await set_form_active(db, code="eye_drops", active=False, version=2, actor=actor)
    assert gone.active is False
