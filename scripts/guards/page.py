"""The page of the guards, written after each of them was taken out."""

from collections.abc import Iterable

from scripts.guards.table import ROOT, Guard

PAGE = ROOT / "docs/security/guards.md"
HEADING = """# Guards, and the test that fails without each

Made by `make guards`, which takes each guard out of a copy of the program, alone, and runs one test against that copy.
The test passes as things are; without the guard it fails by what it says, a wrong status or a failed assertion, and not
because the copy is broken. Where one does not, `make guards` stops and this page stays as it was. What exactly is taken
out is in `scripts/guards/tables/`; `tests/house/test_guard_table.py` holds that those texts are still there, that
the tests exist, and that this page names the same guards.

"""


def written(guards: Iterable[Guard]) -> str:
    """The whole page."""
    rows = [row_of(number, guard) for number, guard in enumerate(guards, start=1)]
    head = ["| # | Row | Guard | Taken out of | Test that fails |", "|---|---|---|---|---|"]
    return "\n".join([HEADING.rstrip("\n"), "", f"{len(rows)} guards.", "", *head, *rows]) + "\n"


def row_of(number: int, guard: Guard) -> str:
    file, _, test = guard.test.partition("::")
    return f"| {number} | {guard.row} | {guard.guard} | `{guard.path}` | `{file}`: `{test}` |"
