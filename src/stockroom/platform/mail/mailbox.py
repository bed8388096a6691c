"""Reading the mailbox folder, for those who try Stockroom without a mail server."""

import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import anyio.to_thread
import msgspec

from stockroom.platform.errors import NotFound

NAME = re.compile(r"[0-9a-f]{32}")
SHOWN = 200
LINK = re.compile(r"https?://\S+")


class Kept(msgspec.Struct, frozen=True):
    """A message in the mailbox. ``links`` are the addresses that its text names."""

    name: str
    recipient: str
    subject: str
    at: datetime
    text: str
    links: list[str]


async def list_mailbox(folder: Path) -> list[Kept]:
    """The newest first, at most 200."""
    return await anyio.to_thread.run_sync(_newest, folder)


async def get_from_mailbox(folder: Path, name: str) -> Kept:
    """Raises NotFound, for every name that a message cannot have too."""
    path = folder / f"{name}.eml"
    if not NAME.fullmatch(name) or not path.is_file():
        raise NotFound
    return await anyio.to_thread.run_sync(_read, path)


def _newest(folder: Path) -> list[Kept]:
    """Names begin with the time: ids are UUIDv7."""
    paths = sorted(_messages(folder), key=lambda path: path.name, reverse=True)
    return [_read(path) for path in paths[:SHOWN]]


def _messages(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in folder.glob("*.eml") if NAME.fullmatch(path.stem))


def _read(path: Path) -> Kept:
    message = message_from_bytes(path.read_bytes(), EmailMessage, policy=policy.SMTP)
    part = message.get_body(("plain",))
    text = part.get_content() if part is not None else ""
    return Kept(
        name=path.stem,
        recipient=str(message["To"]),
        subject=str(message["Subject"]),
        at=message["Date"].datetime,
        text=text.replace("\r\n", "\n"),
        links=LINK.findall(text),
    )
