"""Who is locked out after wrong passwords, and until when."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all

LOCKS = """
select
    a.id as account_id, a.username, a.name, t.address, t.failures, t.last_at,
    case when t.address <> '' then t.last_at + %(lock)s::interval end as until
from people.sign_in_attempt t
join people.account a on a.id = t.account_id
where (t.address = '' and t.failures >= %(total)s::int)
    or (t.address <> '' and t.failures >= %(most)s::int and t.last_at + %(lock)s::interval > %(at)s::timestamptz)
order by t.last_at desc, a.id, t.address
limit 200
"""


class Lock(msgspec.Struct, frozen=True):
    """An account locked for one address until a moment; without address and moment, until its password is reset."""

    account_id: UUID
    username: str
    name: str
    address: str
    failures: int
    last_at: datetime
    until: datetime | None


async def list_locks(db: Connection, *, most: int, total: int, lock: timedelta, at: datetime) -> list[Lock]:
    """Latest first, at most 200."""
    return await fetch_all(db, LOCKS, {"most": most, "total": total, "lock": lock, "at": at}, Lock)
