"""The outbox: mail waits here from the commit that posted it until it was sent."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, execute, fetch_one
from stockroom.platform.ids import new_id
from stockroom.platform.mail.rendering import render

LEASE = timedelta(seconds=60)
"""How long a mail is one sender's: longer than any try takes."""

POST = """
insert into platform.outbox (id, recipient, template, subject, body_text, body_html, state, ended_at)
select %(id)s, %(recipient)s, %(template)s, %(subject)s,
    case when wanted.yes then %(text)s end, case when wanted.yes then %(html)s end,
    case when wanted.yes then 'waiting' else 'nobody' end, case when not wanted.yes then now() end
from (select %(somebody)s::boolean as yes) wanted
"""
# The moment of the database: many processes send, and they must agree when a mail is due.
TAKE_DUE = """
with next as (
    select id from platform.outbox
    where state = 'waiting' and due_at <= now()
    order by due_at, id
    limit 1
    for update skip locked
)
update platform.outbox o set due_at = now() + %(lease)s
from next
where o.id = next.id
returning
    o.id, o.recipient, o.template, o.subject, o.body_text, o.body_html, o.posted_at, o.attempts,
    o.posted_at < now() - interval '1 day' as is_old, o.due_at as leased_until
"""
NOTE_SENT = """
update platform.outbox
set state = 'sent', body_text = null, body_html = null, attempts = attempts + 1, ended_at = now(), last_error = ''
where id = %(id)s and state = 'waiting'
"""
NOTE_FAILED = """
update platform.outbox
set attempts = attempts + 1, last_error = %(error)s,
    due_at = now() + least(interval '30 seconds' * power(2, least(attempts, 10)), interval '1 hour')
where id = %(id)s and state = 'waiting' and due_at = %(leased_until)s
"""
NOTE_GIVEN_UP = """
update platform.outbox
set state = 'given_up', body_text = null, body_html = null, attempts = attempts + 1, ended_at = now(),
    last_error = %(error)s
where id = %(id)s and state = 'waiting' and due_at = %(leased_until)s
"""
FORGET_OLD = "delete from platform.outbox where state <> 'waiting' and ended_at < now() - interval '30 days'"


class DueMail(msgspec.Struct, frozen=True):
    """A mail to send now, nobody else's until ``leased_until``. ``is_old``: this try is the last."""

    id: UUID
    recipient: str
    template: str
    subject: str
    body_text: str
    body_html: str
    posted_at: datetime
    attempts: int
    is_old: bool
    leased_until: datetime


async def post_mail(
    db: Connection,
    *,
    to: str,
    template: str,
    context: Mapping[str, Any],
    language: str | None = None,
    somebody: bool = True,
) -> None:
    """Write the mail to the outbox in the caller's transaction; it leaves after the commit, or never.

    ``template`` names ``templates/mail/NAME.txt`` and ``.html`` of any module. ``language`` is the reader's;
    None is the organisation's. Without ``somebody`` the same work is done and nothing is ever sent.
    """
    said = render(template, language=language, letterhead=db.letterhead, context=context)
    params = {
        "id": new_id(),
        "recipient": to,
        "template": template,
        "subject": said.subject,
        "text": said.text,
        "html": said.html,
        "somebody": somebody,
    }
    await execute(db, POST, params)
    db.has_posted = True


async def take_due(db: Connection) -> DueMail | None:
    """The mail that has waited longest and that no other process is at. After ``LEASE`` it is due again: whoever
    took it was killed."""
    return await fetch_one(db, TAKE_DUE, {"lease": LEASE}, DueMail)


async def note_sent(db: Connection, mail_id: UUID) -> None:
    """What the mail said is erased: it may hold a one-time link."""
    await execute(db, NOTE_SENT, {"id": mail_id})


async def note_failed(db: Connection, mail: DueMail, error: str) -> None:
    """Tried again after 30 seconds, then after twice as long each time, at most an hour. Whose lease is over says
    nothing about a mail that somebody else has taken."""
    await execute(db, NOTE_FAILED, {"id": mail.id, "leased_until": mail.leased_until, "error": error})


async def note_given_up(db: Connection, mail: DueMail, error: str) -> None:
    await execute(db, NOTE_GIVEN_UP, {"id": mail.id, "leased_until": mail.leased_until, "error": error})


async def forget_old(db: Connection) -> None:
    """Addresses are personal data: what ended a month ago is deleted."""
    await execute(db, FORGET_OLD)
