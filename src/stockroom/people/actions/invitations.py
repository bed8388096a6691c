"""Inviting users: a mail with a link by which they choose their first password (P12)."""

from datetime import datetime, timedelta
from uuid import UUID

from stockroom.people import queries
from stockroom.people.actions.access import require_own_rank
from stockroom.people.actions.links import make_link
from stockroom.people.errors import InvitedHasPassword, InvitedIsDisabled, InvitedWithoutEmail
from stockroom.people.queries.accounts import Account
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.mail import post_mail


async def invite_account(
    db: Connection, *, account_id: UUID, lifetime: timedelta, actor: Actor, at: datetime
) -> Account:
    """Again too: the newer link takes the place of the older one.

    Raises NotFound, RoleBeyondOwn, InvitedIsDisabled, InvitedHasPassword, InvitedWithoutEmail.
    """
    before = await queries.get_account(db, account_id)
    await require_own_rank(db, before.role, actor)
    if not before.active:
        raise InvitedIsDisabled
    if before.has_password:
        raise InvitedHasPassword
    if not before.email:
        raise InvitedWithoutEmail
    await send_invitation(db, before, lifetime=lifetime, at=at)
    after = await queries.get_account(db, account_id)
    audit.record(db, actor, "people.account.invite", "account", account_id, before=before, after=after)
    return after


async def send_invitation(db: Connection, account: Account, *, lifetime: timedelta, at: datetime) -> None:
    until = at + lifetime
    token = await make_link(db, account_id=account.id, purpose="invitation", expires_at=until, at=at)
    context = {
        "name": account.name,
        "username": account.username,
        "link": f"{db.letterhead.base_url}/welcome?token={token}",
        "until": until,
    }
    await post_mail(db, to=account.email, template="invitation", language=account.language, context=context)
