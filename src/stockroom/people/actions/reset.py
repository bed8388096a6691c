"""A forgotten password: asking for a link by mail, and choosing a new password by it (P3).

Source: OWASP Forgot Password Cheat Sheet; ASVS 5.0, chapter 6.
"""

from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta

from stockroom.people import queries
from stockroom.people.actions.access import end_sessions, replace_password
from stockroom.people.actions.links import make_link
from stockroom.people.actions.notices import PASSWORD_RESET, tell_security
from stockroom.people.errors import LinkInvalid
from stockroom.people.passwords import ChosenPassword, Policy
from stockroom.people.queries.accounts import Account
from stockroom.people.queries.links import Addressee, find_addressee, find_live_link_for_update
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.fields import ONE_LINE, Email, StructInput
from stockroom.platform.ids import new_id
from stockroom.platform.mail import post_mail
from stockroom.platform.sessions import hash_token

TOKEN_LENGTH = 200
NOBODY = "nobody"


class ResetAsk(StructInput, frozen=True, kw_only=True):
    """Whose password is forgotten."""

    email: Annotated[Email, Meta(min_length=3, examples=["anna.nowak@hospital.example"])]


class PasswordByLink(StructInput, frozen=True, kw_only=True):
    """The token of the link, and the password to come."""

    token: Annotated[str, Meta(max_length=TOKEN_LENGTH, pattern=ONE_LINE)]
    password: Annotated[str, Meta(max_length=256, examples=["Blue-7-Kettles"])]


async def ask_reset(db: Connection, *, email: str, lifetime: timedelta, at: datetime) -> Addressee | None:
    """Sends a link to the active user who has the address.

    For any other address the same statements run and as much is written, so that neither the answer nor its time
    tells whether there is such a user; the mail itself leaves later.
    """
    found = await find_addressee(db, email)
    addressee = found or Addressee(new_id(), NOBODY, NOBODY, None)
    until = at + lifetime
    account_id = None if found is None else found.id
    token = await make_link(db, account_id=account_id, purpose="reset", expires_at=until, at=at)
    await post_mail(
        db,
        to=addressee.email,
        template="reset_password",
        language=addressee.language,
        context={
            "name": addressee.name,
            "link": f"{db.letterhead.base_url}/reset?token={token}",
            "until": until,
        },
        somebody=found is not None,
    )
    return found


async def set_password_by_link(
    db: Connection, *, token: str, password: ChosenPassword, policy: Policy, request_id: str, at: datetime
) -> Account:
    """Uses the link up, ends all sessions of the user and tells them by mail.

    Raises LinkInvalid for a link that is unknown, used, expired or replaced, and for a disabled user alike;
    PasswordWeak, after which the link is still good.
    """
    link = await find_live_link_for_update(db, hash_token(token), at=at)
    if link is None:
        raise LinkInvalid
    before = await queries.get_account(db, link.account_id)
    await replace_password(db, before, password=password, policy=policy, at=at)
    ended = await end_sessions(db, before.id)
    actor = Actor(before.id, before.name, frozenset(), request_id=request_id)
    action = (
        "people.account.reset_password" if link.purpose == "reset" else "people.account.accept_invitation"
    )
    audit.record(db, actor, action, "account", before.id, after={"sessions_ended": ended})
    if link.purpose == "reset":
        await tell_security(db, before, PASSWORD_RESET, at=at)
    return before
