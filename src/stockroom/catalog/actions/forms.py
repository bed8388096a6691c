"""Dosage forms: add, rename, archive, restore."""

from typing import Annotated

from msgspec import Meta

from stockroom.catalog.errors import FormCodeTaken
from stockroom.catalog.queries.forms import DosageForm, find_form, get_form
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute
from stockroom.platform.errors import VersionStale
from stockroom.platform.fields import StructInput

INSERT = """
insert into catalog.dosage_form (code, name, name_pl) values (%(code)s, %(name)s, %(name_pl)s)
"""

RENAME = """
update catalog.dosage_form set name = %(name)s, name_pl = %(name_pl)s, version = version + 1
where code = %(code)s and version = %(version)s
"""

SET_ACTIVE = """
update catalog.dosage_form set active = %(active)s, version = version + 1
where code = %(code)s and version = %(version)s
"""

FormName = Annotated[
    str,
    Meta(
        min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$(?!\n)"
    ),
]


class FormNames(StructInput, frozen=True, kw_only=True):
    """How a form is called in English and in Polish."""

    name: FormName
    name_pl: FormName


class FormInput(FormNames, frozen=True, kw_only=True):
    """A new form; the code is small letters and underscores and never changes."""

    code: Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[a-z][a-z_]*$(?!\n)")]


async def create_form(db: Connection, *, form: FormInput, actor: Actor) -> DosageForm:
    """Raises FormCodeTaken."""
    if await find_form(db, form.code) is not None:
        raise FormCodeTaken
    await execute(db, INSERT, {"code": form.code, **_names(form)})
    after = await get_form(db, form.code)
    audit.record(db, actor, "catalog.dosage_form.create", "dosage_form", form.code, after=after)
    return after


async def rename_form(
    db: Connection, *, code: str, names: FormNames, version: int, actor: Actor
) -> DosageForm:
    """Raises NotFound, VersionStale."""
    before = await get_form(db, code)
    if not await execute(db, RENAME, {"code": code, "version": version, **_names(names)}):
        raise VersionStale
    after = await get_form(db, code)
    audit.record(db, actor, "catalog.dosage_form.update", "dosage_form", code, before=before, after=after)
    return after


async def set_form_active(
    db: Connection, *, code: str, active: bool, version: int, actor: Actor
) -> DosageForm:
    """Archived forms stay on the medicines that have them. Raises NotFound, VersionStale."""
    before = await get_form(db, code)
    if not await execute(db, SET_ACTIVE, {"code": code, "version": version, "active": active}):
        raise VersionStale
    after = await get_form(db, code)
    action = "catalog.dosage_form.restore" if active else "catalog.dosage_form.archive"
    audit.record(db, actor, action, "dosage_form", code, before=before, after=after)
    return after


def _names(names: FormNames) -> dict[str, str]:
    return {"name": names.name.strip(), "name_pl": names.name_pl.strip()}
