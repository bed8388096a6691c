"""The server is killed while the mail server has the message and has not said so yet: nothing is lost."""

import threading
from contextlib import closing
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.running import RunningServer, free_port, room_for_a_server, running_server, sign_in

SECONDS = 60
INVITED = {"username": "jan", "name": "Jan Kos", "role": "ward", "email": "jan@szpital.example"}


class SlowServer(Controller):
    """Takes the first message and says nothing until the sender is gone; takes later ones at once."""

    def __init__(self) -> None:
        super().__init__(self, hostname="127.0.0.1", port=free_port())
        self.messages: list[EmailMessage] = []
        self.has_first, self.has_second = threading.Event(), threading.Event()
        self.sender_is_gone = threading.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.messages.append(message_from_bytes(envelope.content, EmailMessage, policy=policy.SMTP))
        if not self.has_first.is_set():
            self.has_first.set()
            await server.loop.run_in_executor(None, self.sender_is_gone.wait, SECONDS)
        else:
            self.has_second.set()
        return "250 kept"


def outbox(server: RunningServer) -> list[tuple[str, bool]]:
    import psycopg

    with psycopg.connect(server.conninfo) as db:
        return db.execute("select state, body_text is null from platform.outbox").fetchall()  # pyright: ignore[reportReturnType]


def end_lease(server: RunningServer) -> None:
    """As if the minute had passed in which the mail is the killed sender's."""
    import psycopg

    with psycopg.connect(server.conninfo) as db:
        assert db.execute("update platform.outbox set due_at = now() where due_at > now()").rowcount == 1


def test_a_mail_outlives_a_kill_between_sending_and_noting_it():
    smtp = SlowServer()
    smtp.start()
    told = {
        "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(smtp.port), "SMTP_TLS": "none",
        "MAIL_FROM": "stockroom@szpital.example",
    }  # fmt: skip
    try:
        with room_for_a_server() as room, running_server(room, settings=told) as server:
            server.create_user("admin", "admin")
            server.start()
            with closing(sign_in(server, "admin")) as admin:
                assert admin.post("/api/users", json=INVITED).status_code == 201
            assert smtp.has_first.wait(SECONDS), server.tail()
            server.kill()
            smtp.sender_is_gone.set()
            end_lease(server)
            server.start()
            assert smtp.has_second.wait(SECONDS), server.tail()
            first, second = smtp.messages
            assert first["Message-ID"] == second["Message-ID"]
            assert first["To"] == second["To"] == "jan@szpital.example"
            server.stop()
            server.start()
            assert outbox(server) == [("sent", True)]
            assert len(smtp.messages) == 2
    finally:
        smtp.sender_is_gone.set()
        smtp.stop()
