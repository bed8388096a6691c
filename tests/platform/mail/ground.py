"""An outbox with mail in it, and a post office that remembers what it was given."""

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import msgspec

from stockroom.platform.db import Database, execute, fetch_all, fetch_value
from stockroom.platform.mail import MailSender, post_mail
from stockroom.platform.mail.transports import Transport
from stockroom.settings import Settings

NOTICE: dict[str, Any] = {"what": "Your password was changed.", "name": "Anna Nowak"}
ROWS = """
select o.recipient, o.state, o.attempts, o.subject, o.body_text, o.body_html, o.last_error
from platform.outbox o
order by o.posted_at, o.id
"""


class Row(msgspec.Struct, frozen=True):
    recipient: str
    state: str
    attempts: int
    subject: str
    body_text: str | None
    body_html: str | None
    last_error: str


class PostOffice:
    """A transport. ``refuse`` says with which error an address is refused, if at all."""

    def __init__(self, refuse: Callable[[str], Exception | None] = lambda _: None) -> None:
        self.refuse = refuse
        self.taken: list[tuple[str, EmailMessage]] = []

    async def __call__(self, message: EmailMessage, recipient: str) -> None:
        error = self.refuse(recipient)
        if error is not None:
            raise error
        self.taken.append((recipient, message))

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.taken]


def sender_of(settings: Settings, database: Database, transport: Transport) -> MailSender:
    return MailSender(settings, database, transport)


async def post(database: Database, *recipients: str, **options: Any) -> None:
    """A notice to each, in one transaction."""
    async with database.transaction() as db:
        for recipient in recipients:
            await post_mail(db, to=recipient, template="security_notice", context=NOTICE, **options)


async def rows(database: Database) -> list[Row]:
    async with database.connection() as db:
        return await fetch_all(db, ROWS, None, Row)


async def let_time_pass(database: Database, interval: str) -> None:
    """As if every mail had been posted, and put off, that much earlier."""
    async with database.transaction() as db:
        await execute(
            db,
            "update platform.outbox set posted_at = posted_at - %(by)s::interval,"
            " due_at = due_at - %(by)s::interval, ended_at = ended_at - %(by)s::interval",
            {"by": interval},
        )


async def seconds_until_due(database: Database) -> float:
    async with database.connection() as db:
        return float(
            await fetch_value(
                db, "select extract(epoch from due_at - clock_timestamp()) from platform.outbox"
            )
        )
