"""The table of guards: which text is taken out of which file, what stands there instead, which test must fail then."""

import tomllib
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[2]
TABLES = Path(__file__).parent / "tables"
PACKAGE = "src/stockroom"


class Guard(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One guard, in words, and how it is taken out.

    ``row`` is the row of the product's description (P7), ``file`` a path below the package. ``cut`` stands in it
    exactly once; ``leave`` stands there instead. ``test`` is one pytest node id.
    """

    guard: str
    row: str
    file: str
    cut: str
    leave: str
    test: str

    @property
    def path(self) -> str:
        """From the root of the repository."""
        return f"{PACKAGE}/{self.file}"

    def cuts(self, text: str) -> int:
        """How often the text that is taken out stands there."""
        return text.count(self.cut)

    def planted(self, text: str) -> str:
        """The file without its guard. Raises NotOnce."""
        if self.cuts(text) != 1:
            raise NotOnce(self, self.cuts(text))
        return text.replace(self.cut, self.leave)


class NotOnce(Exception):
    """The file has changed: what is taken out no longer stands in it exactly once."""

    def __init__(self, guard: Guard, times: int) -> None:
        super().__init__(f"{guard.guard}: its text stands {times} times in {guard.path}")


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    guard: list[Guard]


def read_guards(folder: Path = TABLES) -> list[Guard]:
    """Every guard of every table, in the order of their names and lines."""
    found: list[Guard] = []
    for path in sorted(folder.glob("*.toml")):
        found += msgspec.convert(tomllib.loads(path.read_text("utf-8")), _Table).guard
    return found
