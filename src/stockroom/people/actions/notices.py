"""Telling people by mail that the security of their account changed."""

from datetime import datetime
from uuid import UUID

from stockroom.people.queries.accounts import Account, get_account
from stockroom.platform.db import Connection
from stockroom.platform.errors import N_
from stockroom.platform.mail import post_mail

PASSWORD_CHANGED = N_("Your password was changed.")
PASSWORD_SET = N_("An administrator set a new password for your account.")
PASSWORD_RESET = N_("Your password was changed by a link that was sent to this address.")
ROLE_CHANGED = N_("An administrator changed your role. You were signed out everywhere.")
RIGHTS_CHANGED = N_("An administrator changed what your role may do. You were signed out everywhere.")
DISABLED = N_("An administrator disabled your account. You were signed out everywhere.")
APP_ADDED = N_("An authenticator app was added to your account as a second factor.")
APP_REMOVED = N_("The authenticator app was removed from your account.")
PASSKEY_ADDED = N_("A passkey was added to your account.")
PASSKEY_REMOVED = N_("A passkey was removed from your account.")
CODES_RENEWED = N_("New recovery codes were made for your account. The old ones no longer work.")
FACTORS_RESET = N_(
    "An administrator removed all second factors from your account. You were signed out everywhere."
)
KEY_MADE = N_("An API key was made for your account.")
KEY_ROTATED = N_("An API key of your account was given a new secret.")
EMAIL_CHANGED = N_("The e-mail address of your account was changed. This is the last message to the old one.")


async def tell_owner(db: Connection, account_id: UUID, what: str, *, at: datetime | None = None) -> None:
    """As ``tell_security``, for somebody who is known by id."""
    await tell_security(db, await get_account(db, account_id), what, at=at)


async def tell_security(db: Connection, account: Account, what: str, *, at: datetime | None = None) -> None:
    """``what`` is a sentence marked with ``N_``, said in the language of the reader; to the address that
    ``account`` has. Who has none is not told."""
    if not account.email:
        return
    context = {"what": what, "name": account.name} | ({} if at is None else {"at": at})
    await post_mail(
        db, to=account.email, template="security_notice", language=account.language, context=context
    )
