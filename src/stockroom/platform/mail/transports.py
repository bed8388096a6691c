"""The two ways out: a mail server, or files in the mailbox folder where none is set."""

import os
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import aiosmtplib
import anyio.to_thread

from stockroom.settings import Settings

Transport = Callable[[EmailMessage, str], Awaitable[None]]
"""Sends a message to one recipient, or raises."""

SMTP_SECONDS = 20
LOCAL_SENDER = "stockroom@localhost"


def transport_of(settings: Settings) -> Transport:
    if settings.smtp_host is None:
        return partial(_keep, settings.mailbox)
    return partial(_send, settings)


async def _send(settings: Settings, message: EmailMessage, recipient: str) -> None:
    """Without a certificate that fits, and without the encryption that was asked for, nothing is sent."""
    password = settings.smtp_password
    await aiosmtplib.send(
        message,
        sender=settings.mail_from,
        recipients=[recipient],
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_username,
        password=None if password is None else password.get_secret_value(),
        use_tls=settings.smtp_tls == "tls",
        start_tls=settings.smtp_tls == "starttls",
        timeout=SMTP_SECONDS,
    )


async def _keep(folder: Path, message: EmailMessage, recipient: str) -> None:
    del recipient  # the message names it
    await anyio.to_thread.run_sync(_write, folder, message)


def _write(folder: Path, message: EmailMessage) -> None:
    """One file a message, named by its Message-ID: a second try replaces the first. For the owner alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = str(message["Message-ID"]).strip("<>").partition("@")[0]
    staging = folder / f"{name}.part"
    with open(staging, "wb", opener=_owner_only) as file:
        file.write(bytes(message))
        file.flush()
        os.fsync(file.fileno())
    staging.replace(folder / f"{name}.eml")


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)
