"""One-time links: made, and made worthless. Only the hash of a token is stored."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from stockroom.platform import sessions
from stockroom.platform.db import Connection, execute

# Invitations that expired stay, so that the list of users can say so.
FORGET_EXPIRED = """
delete from people.one_time_link where expires_at <= %(at)s and (purpose = 'reset' or account_id is null)
"""
KEEP_LINK = """
insert into people.one_time_link (token_hash, account_id, purpose, created_at, expires_at)
values (%(token_hash)s, %(account_id)s, %(purpose)s, %(at)s, %(expires_at)s)
on conflict (account_id, purpose) do update set
    token_hash = excluded.token_hash, created_at = excluded.created_at, expires_at = excluded.expires_at
"""
FORGET_LINKS = "delete from people.one_time_link where account_id = %(account_id)s"

Purpose = Literal["reset", "invitation"]


async def make_link(
    db: Connection, *, account_id: UUID | None, purpose: Purpose, expires_at: datetime, at: datetime
) -> str:
    """A token of 256 random bits; it takes the place of the account's older one.

    For nobody (``account_id`` None) the same work is done; such a token opens nothing.
    """
    token = sessions.new_token()
    await execute(db, FORGET_EXPIRED, {"at": at})
    await execute(
        db,
        KEEP_LINK,
        {
            "token_hash": sessions.hash_token(token),
            "account_id": account_id,
            "purpose": purpose,
            "at": at,
            "expires_at": expires_at,
        },
    )
    return token


async def forget_links(db: Connection, account_id: UUID) -> None:
    """Whatever was sent before is worth nothing from now on."""
    await execute(db, FORGET_LINKS, {"account_id": account_id})
