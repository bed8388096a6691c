"""Anchors: the head of the audit chain, written down outside the database.

Whoever owns the database can write the whole chain anew, every hash right. They cannot change what was written to a
file elsewhere: a line says which entry had which hash, so that a chain that was rewritten or cut no longer fits.
"""

import asyncio
import os
from collections.abc import Generator, Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Self

import msgspec

from stockroom.platform.audit import HEAD, ChainLink
from stockroom.platform.db import Connection, fetch_one

MOST_AT_ONCE = 10_000
TAIL_BYTES = 4_096

# The first anchor, in the order of the file, whose entry has another hash or is not there.
FIRST_MISFIT = """
select a.line, a.seq
from unnest(%(lines)s::bigint[], %(seqs)s::bigint[], %(hashes)s::bytea[]) a (line, seq, hash)
left join platform.audit_entry e on e.seq = a.seq
where e.hash is distinct from a.hash
order by a.line
limit 1
"""


class Anchor(msgspec.Struct, frozen=True):
    """One line. ``count`` entries since the anchor before it; ``ledger`` is the number of the last movement."""

    seq: int
    hash: str
    at: datetime
    count: int
    ledger: int


class Misfit(msgspec.Struct, frozen=True):
    """The first anchor that the chain does not fit: its line in the file, and the entry it names."""

    line: int
    seq: int


class AnchorsUnreadable(RuntimeError):
    """The file of the anchors is not there, or cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")


class AnchorFile(msgspec.Struct, frozen=True):
    """The file as long as it was at one moment: entries that a snapshot of the database does not show yet may be
    anchored while it is looked at."""

    path: Path
    size: int

    @classmethod
    def now(cls, path: Path) -> Self:
        """Taken before the snapshot that it is compared with."""
        return cls(path, path.stat().st_size if path.exists() else 0)

    def anchors(self) -> Generator[tuple[int, Anchor]]:
        """Each with the number of its line; what a power cut left half written is passed over.

        Raises AnchorsUnreadable.
        """
        read = 0
        try:
            with self.path.open("rb") as file:
                for number, line in enumerate(file, start=1):
                    read += len(line)
                    if read > self.size:
                        return
                    if (anchor := _parsed(line)) is not None:
                        yield number, anchor
        except OSError as error:
            raise AnchorsUnreadable(self.path, error.strerror or str(error)) from error


def last_anchor(path: Path) -> Anchor | None:
    """The last whole line, from the end of the file; None where there is no file or nothing in it."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
            lines = file.read().splitlines()
    except FileNotFoundError:
        return None
    return next((anchor for line in reversed(lines) if (anchor := _parsed(line)) is not None), None)


def append_anchor(path: Path, anchor: Anchor) -> None:
    """At the end of the file, and to the disk. The file is the owner's alone; what stands in it is never touched."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        file.write((b"\n" if torn else b"") + msgspec.json.encode(anchor) + b"\n")
        os.fsync(descriptor)


async def find_head(db: Connection) -> ChainLink:
    """The last entry of the chain as the database says it; 0 where nothing was written yet."""
    head = await fetch_one(db, HEAD, None, ChainLink)
    assert head is not None  # the migration writes the only row, and nobody may delete it
    return head


async def find_first_misfit(
    db: Connection, anchors: Iterable[tuple[int, Anchor]], *, ledger: int
) -> Misfit | None:
    """None where the chain has every entry as it was anchored, no anchor is missing between two others, and the
    ledger (its last movement is number ``ledger``) reaches as far as it did."""
    before, rest = 0, iter(anchors)
    while batch := await asyncio.to_thread(lambda: list(islice(rest, MOST_AT_ONCE))):
        out_of_step, before = _first_out_of_step(batch, before, ledger)
        misfit = await fetch_one(db, FIRST_MISFIT, _columns(batch), Misfit)
        found = [one for one in (out_of_step, misfit) if one is not None]
        if found:
            return min(found, key=lambda one: one.line)
    return None


def _first_out_of_step(
    batch: Iterable[tuple[int, Anchor]], before: int, ledger: int
) -> tuple[Misfit | None, int]:
    """In the file itself: each line counts on from the one before."""
    first: Misfit | None = None
    for line, anchor in batch:
        if first is None and (anchor.seq - before != anchor.count or anchor.ledger > ledger):
            first = Misfit(line, anchor.seq)
        before = anchor.seq
    return first, before


def _columns(batch: Iterable[tuple[int, Anchor]]) -> dict[str, list[object]]:
    lines, anchors = zip(*batch, strict=True)
    return {
        "lines": list(lines),
        "seqs": [anchor.seq for anchor in anchors],
        "hashes": list(_hashes(anchors)),
    }


def _hashes(anchors: Iterable[Anchor]) -> Iterator[bytes]:
    """What is no hash is none that the chain has."""
    for anchor in anchors:
        try:
            yield bytes.fromhex(anchor.hash)
        except ValueError:
            yield b""


def _parsed(line: bytes) -> Anchor | None:
    try:
        return msgspec.json.decode(line, type=Anchor)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
