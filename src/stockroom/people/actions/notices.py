"""Telling people by mail that the security of their account changed."""

from datetime import datetime

from stockroom.people.queries.accounts import Account
from stockroom.platform.db import Connection
from stockroom.platform.errors import N_
from stockroom.platform.mail import post_mail

PASSWORD_CHANGED = N_("Your password was changed.")
PASSWORD_SET = N_("An administrator set a new password for your account.")
PASSWORD_RESET = N_("Your password was changed by a link that was sent to this address.")
EMAIL_CHANGED = N_("The e-mail address of your account was changed. This is the last message to the old one.")


async def tell_security(db: Connection, account: Account, what: str, *, at: datetime | None = None) -> None:
    """``what`` is a sentence marked with ``N_``, said in the language of the reader; to the address that
    ``account`` has. Who has none is not told."""
    if not account.email:
        return
    context = {"what": what, "name": account.name} | ({} if at is None else {"at": at})
    await post_mail(
        db, to=account.email, template="security_notice", language=account.language, context=context
    )
