"""What is here already: imported before, or entered by hand under the same name."""

from collections.abc import Iterable, Mapping
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all, fetch_value

IMPORTED = """
select i.source_id, i.entity, i.entity_id, i.digests
from interchange.imported i
where starts_with(i.source_id, %(system)s)
"""

DEPARTMENTS_NAMED = """
select given.key, d.id::text as id, d.name
from unnest(%(keys)s::text[], %(names)s::text[]) as given (key, name)
join people.department d on d.active and platform.fold(d.name) = platform.fold(given.name)
"""

SUPPLIERS_NAMED = """
select given.key, s.id::text as id, s.name
from unnest(%(keys)s::text[], %(names)s::text[]) as given (key, name)
join catalog.supplier s on s.active and platform.fold(s.name) = platform.fold(given.name)
"""

PLACES_NAMED = """
select given.key, p.id::text as id, p.name
from unnest(%(keys)s::text[], %(names)s::text[], %(departments)s::uuid[]) as given (key, name, department_id)
join stock.place p on p.active and p.kind in ('storage', 'ward')
    and platform.fold(p.name) = platform.fold(given.name)
    and p.department_id is not distinct from given.department_id
order by p.created_at desc, p.id desc
"""

FORMS_NAMED = """
select given.key, f.code as id, f.name
from unnest(%(keys)s::text[], %(names)s::text[]) as given (key, name)
join catalog.dosage_form f on f.active
    and platform.fold(given.name) in (f.code, platform.fold(f.name), platform.fold(f.name_pl))
"""

FORM_CODES = "select f.code as key, f.code as id, f.name from catalog.dosage_form f"

MAIN_DEPARTMENT = "select id from people.department where is_main"

MAIN_PLACE = "select id from stock.place where is_main"


class Known(msgspec.Struct, frozen=True):
    """Something an earlier import brought."""

    source_id: str
    entity: str
    entity_id: str
    digests: dict[str, str]


class Match(msgspec.Struct, frozen=True):
    """Something here that bears the name of the planned item with this key."""

    key: str
    id: str
    name: str


async def list_imported(db: Connection, system: str) -> dict[str, Known]:
    """What came from one old system, by its id there."""
    rows = await fetch_all(db, IMPORTED, {"system": f"{system}:"}, Known)
    return {row.source_id: row for row in rows}


async def match_departments(db: Connection, names: Mapping[str, str]) -> dict[str, Match]:
    return _by_key(await fetch_all(db, DEPARTMENTS_NAMED, _columns(names), Match))


async def match_suppliers(db: Connection, names: Mapping[str, str]) -> dict[str, Match]:
    return _by_key(await fetch_all(db, SUPPLIERS_NAMED, _columns(names), Match))


async def match_forms(db: Connection, names: Mapping[str, str]) -> dict[str, Match]:
    return _by_key(await fetch_all(db, FORMS_NAMED, _columns(names), Match))


async def match_places(
    db: Connection, names: Mapping[str, str], departments: Mapping[str, UUID | None]
) -> dict[str, Match]:
    """By name and department."""
    columns = _columns(names) | {"departments": [departments[key] for key in names]}
    return _by_key(await fetch_all(db, PLACES_NAMED, columns, Match))


async def list_form_codes(db: Connection) -> set[str]:
    """Archived ones too."""
    return {row.id for row in await fetch_all(db, FORM_CODES, None, Match)}


async def find_main_department(db: Connection) -> UUID | None:
    return await fetch_value(db, MAIN_DEPARTMENT)


async def find_main_place(db: Connection) -> UUID | None:
    return await fetch_value(db, MAIN_PLACE)


def _columns(names: Mapping[str, str]) -> dict[str, object]:
    return {"keys": list(names), "names": list(names.values())}


def _by_key(rows: Iterable[Match]) -> dict[str, Match]:
    return {row.key: row for row in rows}
