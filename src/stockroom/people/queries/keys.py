"""API keys: what is shown of them, and the person behind one that is being used."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, fetch_all, fetch_one
from stockroom.platform.errors import NotFound
from stockroom.platform.lists import Filter, ListSpec, Sort

State = Literal["working", "expired", "revoked", "stopped"]

KEY = """
select
    k.id, k.account_id, a.name as owner, a.username, k.name, k.prefix, k.scopes, k.created_at, k.expires_at,
    k.last_used_at, k.revoked_at, k.old_until,
    people.key_state(k, a, %(at)s) as state, k.version
from people.api_key k join people.account a on a.id = k.account_id
where k.id = %(id)s and (%(account_id)s::uuid is null or k.account_id = %(account_id)s)
"""

OWN = """
select
    k.id, k.account_id, a.name as owner, a.username, k.name, k.prefix, k.scopes, k.created_at, k.expires_at,
    k.last_used_at, k.revoked_at, k.old_until,
    people.key_state(k, a, %(at)s) as state, k.version
from people.api_key k join people.account a on a.id = k.account_id
where k.account_id = %(account_id)s
order by (k.revoked_at is not null or k.expires_at <= %(at)s), k.created_at desc, k.id
limit 100
"""

# Whatever is wrong with a key, the same look-up is made: of its hash, never of a part of it.
USED = """
select
    k.id as key_id, k.name as key_name, k.expires_at, k.last_used_at, a.id as account_id,
    a.username, a.name, a.role_code, r.name as role_name,
    array(select unnest(k.scopes) intersect select unnest(r.permissions) order by 1) as permissions,
    (select array_agg(d.department_id) from people.account_department d where d.account_id = a.id)
        as departments,
    a.language, a.theme, a.time_zone
from people.api_key k
join people.account a on a.id = k.account_id
join people.role r on r.code = a.role_code
where (k.secret_hash = %(hash)s or (k.old_hash = %(hash)s and k.old_until > %(at)s))
    and people.key_state(k, a, %(at)s) = 'working'
"""


class ApiKey(msgspec.Struct, frozen=True):
    """A key without its secret. ``stopped``: its owner was disabled, or got another role or password.
    ``old_until``: until then the secret from before the last rotation works too."""

    id: UUID
    account_id: UUID
    owner: str
    username: str
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    old_until: datetime | None
    state: State
    version: int


class UsedKey(msgspec.Struct, frozen=True):
    """A live key and its owner; ``permissions`` are what both of them may do."""

    key_id: UUID
    key_name: str
    expires_at: datetime
    last_used_at: datetime | None
    account_id: UUID
    username: str
    name: str
    role_code: str
    role_name: str
    permissions: Sequence[str]
    departments: Sequence[UUID] | None
    language: str | None
    theme: str
    time_zone: str | None


KEYS = ListSpec(
    name="api_keys",
    row=ApiKey,
    columns=(
        "k.id, k.account_id, a.name as owner, a.username, k.name, k.prefix, k.scopes, k.created_at,"
        " k.expires_at, k.last_used_at, k.revoked_at, k.old_until, people.key_state(k, a, %(at)s), k.version"
    ),
    source="people.api_key k join people.account a on a.id = k.account_id",
    scope="(%(account_id)s::uuid is null or k.account_id = %(account_id)s)",
    sorts={
        "created_at": Sort("k.created_at", "timestamptz"),
        "expires_at": Sort("k.expires_at", "timestamptz"),
        "name": Sort("platform.fold(k.name)"),
        "owner": Sort("platform.fold(a.name)"),
        "last_used_at": Sort("coalesce(k.last_used_at, timestamptz '1900-01-01 00:00Z')", "timestamptz"),
    },
    default_sort="-created_at",
    key=Sort("k.id", "uuid"),
    filters={
        "owner": Filter("k.account_id = %(value)s", UUID, "Id of the user whose keys they are."),
        "state": Filter(
            "people.key_state(k, a, %(at)s) = %(value)s",
            State,
            "working, expired, revoked or stopped (its owner was disabled, or got another role or password).",
        ),
    },
    search="k.search_text",
)


def key_scope(actor: Actor, at: datetime) -> dict[str, object]:
    """One's own keys, or everybody's for those who may see them."""
    return {"account_id": None if actor.may("people.key.read") else actor.id, "at": at}


async def get_key(db: Connection, key_id: UUID, *, account_id: UUID | None, at: datetime) -> ApiKey:
    """``account_id`` None: whoever's it is. Raises NotFound for another's too."""
    found = await fetch_one(db, KEY, {"id": key_id, "account_id": account_id, "at": at}, ApiKey)
    if found is None:
        raise NotFound
    return found


async def list_own_keys(db: Connection, account_id: UUID, *, at: datetime) -> list[ApiKey]:
    """Those that work first."""
    return await fetch_all(db, OWN, {"account_id": account_id, "at": at}, ApiKey)


async def find_used_key(db: Connection, *, secret_hash: bytes, at: datetime) -> UsedKey | None:
    return await fetch_one(db, USED, {"hash": secret_hash, "at": at}, UsedKey)
