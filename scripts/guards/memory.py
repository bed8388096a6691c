"""What earlier runs found, so that a run that was broken off goes on where it was (``--resume``).

A finding counts as long as the entry of the table, the file it is about and the file of its test are the same.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import msgspec

from scripts.guards.table import ROOT, Guard

MEMORY = ROOT / "build/guards.json"


class Memory:
    """Fingerprints of the guards whose tests failed without them; written down after each.

    Taken when the run begins, as the copies are: what is edited meanwhile counts for the next run.
    """

    def __init__(self, guards: Sequence[Guard], path: Path = MEMORY, *, resume: bool) -> None:
        self._path = path
        self._now = {guard: fingerprint(guard) for guard in guards}
        known: list[str] = json.loads(path.read_text("utf-8")) if resume and path.exists() else []
        self._known = set(known)

    def has(self, guard: Guard) -> bool:
        return self._now[guard] in self._known

    def keep(self, guard: Guard) -> None:
        self._known.add(self._now[guard])
        self._path.parent.mkdir(exist_ok=True)
        self._path.write_text(json.dumps(sorted(self._known)), "utf-8")


def fingerprint(guard: Guard) -> str:
    files = (guard.path, guard.test.partition("::")[0])
    parts = [msgspec.json.encode(guard), *((ROOT / name).read_bytes() for name in files)]
    return hashlib.sha256(b"\x00".join(parts)).hexdigest()
