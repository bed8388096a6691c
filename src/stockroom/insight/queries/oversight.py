"""What those who look after the system see: its size, the audit trail, who signed in; and what it still lacks."""

from datetime import datetime
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all, fetch_one, fetch_values

COUNTS = """
select
    (select count(*) from people.account where active) as users,
    (select count(*) from catalog.product where active) as products,
    (select count(*) from stock.place where active and not outside) as places,
    (select coalesce(sum(last), 0)::bigint from platform.counter
        where kind in ('GRN', 'ISS', 'TRF', 'ADJ', 'DIS', 'DSP', 'RET', 'OPN', 'REV')) as documents,
    (select seq from platform.audit_head) as audit_entries
"""

LAST_ENTRIES = """
select e.seq, e.at, e.actor_name, e.action, e.entity, e.entity_id, e.reason
from platform.audit_entry e
order by e.seq desc
limit %(most)s
"""

LAST_SIGN_INS = """
select
    a.id, a.name, a.username, r.name as role, a.last_sign_in_at,
    (select count(*) from people.session s where s.account_id = a.id and s.expires_at > %(at)s) as sessions
from people.account a
join people.role r on r.code = a.role_code
where a.active
order by a.last_sign_in_at desc nulls last, platform.fold(a.name), a.id
limit %(most)s
"""

SETUP = """
select
    (select count(*) from people.department where active) > 1 as departments,
    exists (select from stock.place where active and not outside) as places,
    exists (select from catalog.product where active) as products,
    exists (select from stock.movement) as stock,
    (select count(*) from people.account where active) > 1 as users
"""

WARDS = """
select d.name
from people.department d
where d.id = any(%(departments)s::uuid[])
order by platform.fold(d.name), d.id
"""


class SystemCounts(msgspec.Struct, frozen=True):
    """How much there is; ``documents`` and ``audit_entries`` are all that were ever written."""

    users: int
    products: int
    places: int
    documents: int
    audit_entries: int


class LastEntry(msgspec.Struct, frozen=True):
    """A line of the audit trail without what it changed."""

    seq: int
    at: datetime
    actor_name: str
    action: str
    entity: str
    entity_id: str
    reason: str


class LastSignIn(msgspec.Struct, frozen=True):
    """A user, when they last signed in, and how many sessions they have open."""

    id: UUID
    name: str
    username: str
    role: str
    last_sign_in_at: datetime | None
    sessions: int


class Setup(msgspec.Struct, frozen=True):
    """Which first steps are done: a department besides the pharmacy, a place, a product, stock, a second user."""

    departments: bool
    places: bool
    products: bool
    stock: bool
    users: bool

    @property
    def complete(self) -> bool:
        return self.departments and self.places and self.products and self.stock and self.users


async def count_system(db: Connection) -> SystemCounts:
    found = await fetch_one(db, COUNTS, None, SystemCounts)
    assert found is not None  # scalars without a table always answer one row
    return found


async def list_last_entries(db: Connection, *, most: int) -> list[LastEntry]:
    return await fetch_all(db, LAST_ENTRIES, {"most": most}, LastEntry)


async def list_last_sign_ins(db: Connection, *, at: datetime, most: int) -> list[LastSignIn]:
    return await fetch_all(db, LAST_SIGN_INS, {"at": at, "most": most}, LastSignIn)


async def get_setup(db: Connection) -> Setup:
    found = await fetch_one(db, SETUP, None, Setup)
    assert found is not None  # scalars without a table always answer one row
    return found


async def list_department_names(db: Connection, departments: list[UUID]) -> list[str]:
    return await fetch_values(db, WARDS, {"departments": departments})
