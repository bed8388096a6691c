"""A real mail server on this machine: what it gets, what it is told first, and what is never sent to it."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from stockroom.platform.db import Database
from stockroom.platform.mail import transport_of
from stockroom.settings import Settings, load_settings
from tests.platform.mail.ground import post, rows, sender_of
from tests.running import free_port

Start = Callable[..., "MailServer"]


class MailServer(Controller):
    """Keeps what it is given; ``answers`` are said one after the other to DATA before it accepts."""

    def __init__(self, *answers: str, **options: Any) -> None:
        super().__init__(self, hostname="127.0.0.1", port=free_port(), authenticator=self.let_in, **options)
        self.answers = list(answers)
        self.envelopes: list[Envelope] = []
        self.logins: list[bytes] = []
        self.was_encrypted: list[bool] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        self.envelopes.append(envelope)
        transport = server.transport
        assert transport is not None
        self.was_encrypted.append(transport.get_extra_info("cipher") is not None)
        return "250 kept"

    def let_in(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login)
        return AuthResult(success=data.password == b"right")

    def messages(self) -> list[EmailMessage]:
        return [
            message_from_bytes(envelope.content or b"", EmailMessage, policy=policy.SMTP)
            for envelope in self.envelopes
            if not isinstance(envelope.content, str)
        ]


@pytest.fixture
def start() -> Iterator[Start]:
    running: list[MailServer] = []

    def begin(*answers: str, **options: Any) -> MailServer:
        server = MailServer(*answers, **options)
        server.start()
        running.append(server)
        return server

    yield begin
    for server in running:
        server.stop()


def for_server(settings: Settings, server: MailServer, **given: Any) -> Settings:
    told = {
        "smtp_host": "127.0.0.1",
        "smtp_port": server.port,
        "smtp_tls": "none",
        "mail_from": "s@b.example",
    }
    kept = {"stockroom_data_dir": settings.stockroom_data_dir, "organisation": "Szpital „Łąka”"}
    return load_settings(_env_file=None, **(kept | told | given))


async def send(settings: Settings, database: Database) -> int:
    return await sender_of(settings, database, transport_of(settings)).send_due()


async def test_the_server_gets_the_whole_message(
    database: Database, settings: Settings, start: Start
) -> None:
    server = start()
    await post(database, "anna@szpital.example", language="pl")
    assert await send(for_server(settings, server), database) == 1
    (envelope,), (message,) = server.envelopes, server.messages()
    assert (envelope.mail_from, envelope.rcpt_tos) == ("s@b.example", ["anna@szpital.example"])
    assert message["From"] == "Szpital „Łąka” <s@b.example>"
    assert message["Subject"] == "Zmiana zabezpieczeń Twojego konta"
    text = message.get_body(("plain",))
    assert text is not None
    assert "Twoje hasło zostało zmienione." in text.get_content()
    assert not settings.mailbox.exists()


async def test_a_server_that_says_later_gets_it_later(
    database: Database, settings: Settings, start: Start
) -> None:
    server = start("451 greylisted", "554 no")
    told = for_server(settings, server)
    await post(database, "anna@szpital.example")
    for error in ("451", "554"):
        assert await send(told, database) == 0
        (row,) = await rows(database)
        assert row.state == "waiting"
        assert error in row.last_error
        async with database.transaction() as db:
            await db.execute("update platform.outbox set due_at = now()")
    assert await send(told, database) == 1
    assert len(server.envelopes) == 1


async def test_a_server_that_is_not_there_costs_nothing_but_time(
    database: Database, settings: Settings, start: Start
) -> None:
    gone = for_server(settings, start(), smtp_port=free_port())
    await post(database, "anna@szpital.example")
    assert await send(gone, database) == 0
    assert (await rows(database))[0].state == "waiting"


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_nothing_is_sent_without_the_encryption_that_was_asked_for(
    database: Database, settings: Settings, start: Start, tls: str
) -> None:
    server = start()
    await post(database, "anna@szpital.example")
    assert await send(for_server(settings, server, smtp_tls=tls), database) == 0
    assert server.envelopes == []
    assert (await rows(database))[0].state == "waiting"


class Certificates(msgspec.Struct, frozen=True):
    """Of a certificate authority that only this test knows."""

    authority: Path
    good: ssl.SSLContext
    other_name: ssl.SSLContext


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    authority = trustme.CA()
    path = tmp_path_factory.mktemp("authority") / "authority.pem"
    authority.cert_pem.write_to_path(str(path))

    def context(*names: str) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*names).configure_cert(made)
        return made

    return Certificates(path, context("127.0.0.1"), context("elsewhere.example"))


def over_tls(start: Start, tls: str, context: ssl.SSLContext) -> MailServer:
    if tls == "tls":
        return start(ssl_context=context, auth_require_tls=False)
    return start(tls_context=context, require_starttls=True)


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_delivers_over_tls_and_signs_in_there(
    database: Database,
    settings: Settings,
    start: Start,
    certificates: Certificates,
    monkeypatch: pytest.MonkeyPatch,
    tls: str,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    server = over_tls(start, tls, certificates.good)
    await post(database, "anna@szpital.example")
    told = for_server(settings, server, smtp_tls=tls, smtp_username="stockroom", smtp_password="right")
    assert await send(told, database) == 1, await rows(database)
    assert server.logins == [b"stockroom"]
    assert [envelope.rcpt_tos for envelope in server.envelopes] == [["anna@szpital.example"]]
    assert server.was_encrypted == [True]


@pytest.mark.parametrize("tls", ["starttls", "tls"])
@pytest.mark.parametrize("wrong", ["unknown authority", "other name"])
async def test_a_certificate_that_does_not_fit_is_refused_and_the_mail_waits(
    database: Database,
    settings: Settings,
    start: Start,
    certificates: Certificates,
    monkeypatch: pytest.MonkeyPatch,
    tls: str,
    wrong: str,
) -> None:
    if wrong == "other name":
        monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    server = over_tls(
        start, tls, certificates.good if wrong == "unknown authority" else certificates.other_name
    )
    await post(database, "anna@szpital.example")
    told = for_server(settings, server, smtp_tls=tls, smtp_username="stockroom", smtp_password="right")
    assert await send(told, database) == 0
    assert (server.envelopes, server.logins) == ([], [])
    (row,) = await rows(database)
    assert (row.state, row.attempts) == ("waiting", 1)
    assert "certificate" in row.last_error.lower()
    assert row.body_text


@pytest.mark.parametrize(("password", "sent"), [("right", 1), ("wrong", 0)])
async def test_signs_in_where_a_user_name_is_set(
    database: Database, settings: Settings, start: Start, password: str, sent: int
) -> None:
    server = start(auth_require_tls=False)
    await post(database, "anna@szpital.example")
    told = for_server(settings, server, smtp_username="stockroom", smtp_password=password)
    assert await send(told, database) == sent
    assert b"stockroom" in server.logins
    assert len(server.envelopes) == sent
    assert "right" not in (await rows(database))[0].last_error


async def test_two_processes_with_one_server_send_each_mail_once(
    database: Database, settings: Settings, start: Start
) -> None:
    server = start()
    told = for_server(settings, server)
    wanted = [f"user{number}@b.example" for number in range(12)]
    await post(database, *wanted)
    await asyncio.gather(send(told, database), send(told, database))
    assert sorted(envelope.rcpt_tos[0] for envelope in server.envelopes) == sorted(wanted)
