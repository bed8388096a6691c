"""Dosage forms."""

import msgspec

from stockroom.platform.db import Connection, fetch_all, fetch_one
from stockroom.platform.errors import NotFound
from stockroom.platform.lists import Filter, ListSpec, Sort

FORM = """
select f.code, f.name, f.name_pl, f.active, f.version from catalog.dosage_form f where f.code = %(code)s
"""

CHOICES = """
select f.code, f.name, f.name_pl, f.active, f.version
from catalog.dosage_form f
where f.active or f.code = %(kept)s
order by f.code = 'other', platform.fold(f.name), f.code
"""


class DosageForm(msgspec.Struct, frozen=True):
    """How a medicine is made: tablet, syrup, …; named in English and Polish."""

    code: str
    name: str
    name_pl: str
    active: bool
    version: int


FORMS = ListSpec(
    name="dosage_forms",
    row=DosageForm,
    columns="f.code, f.name, f.name_pl, f.active, f.version",
    source="catalog.dosage_form f",
    sorts={
        "name": Sort("platform.fold(f.name)"),
        "name_pl": Sort("platform.fold(f.name_pl)"),
        "code": Sort("f.code"),
    },
    default_sort="name",
    key=Sort("f.code", "text"),
    filters={"active": Filter("f.active = %(value)s", bool, "true or false.")},
    search="f.search_text",
)


async def find_form(db: Connection, code: str) -> DosageForm | None:
    return await fetch_one(db, FORM, {"code": code.replace("\x00", " ")}, DosageForm)


async def get_form(db: Connection, code: str) -> DosageForm:
    """Raises NotFound."""
    found = await find_form(db, code)
    if found is None:
        raise NotFound
    return found


async def list_form_choices(db: Connection, *, kept: str | None = None) -> list[DosageForm]:
    """The forms in use, and the one that a product already has."""
    return await fetch_all(db, CHOICES, {"kept": kept}, DosageForm)
