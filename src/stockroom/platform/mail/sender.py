"""Sends what waits in the outbox, for as long as the server runs.

Each process has one; a mail is leased by whoever sends it, so that it goes out once, and nothing of the database is
held while the mail server is talked to. A process that is killed while it sends loses its lease and nothing else:
a minute later the mail is found again (at least once).
"""

import asyncio

import structlog

from stockroom.platform.background import ended
from stockroom.platform.db import Database
from stockroom.platform.mail import outbox
from stockroom.platform.mail.message import build_message
from stockroom.platform.mail.outbox import DueMail
from stockroom.platform.mail.transports import LOCAL_SENDER, Transport
from stockroom.settings import Settings

LOOK_SECONDS = 15
"""How long a mail may wait that another process posted and did not live to send."""

SEND_SECONDS = 45
"""Less than a lease."""

GOODBYE_SECONDS = 5
ERROR_LENGTH = 300

log = structlog.get_logger("stockroom.mail")


class MailSender:
    """``run`` until ``stop``; ``send_due`` sends what is due now and answers how many went out."""

    def __init__(self, settings: Settings, database: Database, transport: Transport) -> None:
        self._sender = settings.mail_from or LOCAL_SENDER
        self._organisation = settings.organisation
        self._database = database
        self._transport = transport
        self._turn = asyncio.Lock()
        self._stopping = False
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._running = asyncio.create_task(self._run(), name="mail")

    async def stop(self) -> None:
        """What is being sent may finish within seconds; whatever is left waits for the next start."""
        self._stopping = True
        self._database.posted.set()
        if self._running is not None:
            await ended(self._running, within=GOODBYE_SECONDS)

    async def _run(self) -> None:
        while not self._stopping:
            self._database.posted.clear()
            try:
                await self.send_due()
            except Exception:
                log.exception("mail could not be looked for")
            try:
                await asyncio.wait_for(self._database.posted.wait(), LOOK_SECONDS)
            except TimeoutError:
                continue

    async def send_due(self) -> int:
        async with self._turn:
            sent = 0
            while not self._stopping and (went_out := await self._send_next()) is not None:
                sent += went_out
            if not self._stopping:
                async with self._database.transaction() as db:
                    await outbox.forget_old(db)
            return sent

    async def _send_next(self) -> bool | None:
        """None when nothing is due."""
        async with self._database.transaction() as db:
            mail = await outbox.take_due(db)
        return None if mail is None else await self._try(mail)

    async def _try(self, mail: DueMail) -> bool:
        try:
            message = build_message(mail, sender=self._sender, organisation=self._organisation)
            async with asyncio.timeout(SEND_SECONDS):
                await self._transport(message, mail.recipient)
        except Exception as error:  # noqa: BLE001  (whatever it is, the mail waits and the next one goes)
            await self._failed(mail, error)
            return False
        async with self._database.transaction() as db:
            await outbox.note_sent(db, mail.id)
        log.info("mail sent", mail=str(mail.id), template=mail.template, attempts=mail.attempts + 1)
        return True

    async def _failed(self, mail: DueMail, error: Exception) -> None:
        words = f"{type(error).__name__}: {error}"[:ERROR_LENGTH].replace("\x00", "")
        facts = {"mail": str(mail.id), "template": mail.template, "attempts": mail.attempts + 1}
        async with self._database.transaction() as db:
            await (outbox.note_given_up if mail.is_old else outbox.note_failed)(db, mail, words)
        if mail.is_old:
            log.error("mail given up after a day", **facts, error=words)
        else:
            log.warning("mail not sent, will be tried again", **facts, error=words)
