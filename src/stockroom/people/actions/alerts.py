"""Alerts: administrators are told by mail what cannot wait until somebody looks at the security log."""

from datetime import datetime, timedelta

from stockroom.people.queries.accounts import list_reachable
from stockroom.people.rules import ADMIN, ALERT_WORDS
from stockroom.platform.db import Connection
from stockroom.platform.limits import Limit, reached
from stockroom.platform.mail import post_mail

ONCE = Limit("alert_mail", 1, timedelta(hours=1))
"""For each kind, over all workers: a mail every minute is one that nobody reads."""


async def alert_administrators(db: Connection, kind: str, *, at: datetime) -> bool:
    """To every active administrator with an address, in their language; False where that was done within the hour.

    ``kind`` is a security event of ``ALERT_WORDS``; in the caller's transaction.
    """
    if await reached(db, ONCE, kind, at):
        return False
    log_url = f"{db.letterhead.base_url}/security"
    for person in await list_reachable(db, ADMIN):
        context = {"what": ALERT_WORDS[kind], "name": person.name, "at": at, "log_url": log_url}
        await post_mail(db, to=person.email, template="alert", language=person.language, context=context)
    return True
