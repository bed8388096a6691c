"""Lines of a form as they were typed, with one added or taken away where no script does it."""

import re
from collections.abc import Mapping, Sequence

ADD, REMOVE = "add_line", "remove_line"


def asks_for_lines(form: Mapping[str, str]) -> bool:
    """Whether the button was one of the lines', not the one that saves."""
    return ADD in form or REMOVE in form


def typed_lines(form: Mapping[str, str], table: str, columns: Sequence[str]) -> list[dict[str, str]]:
    """The lines with anything in them, in order; a blank one where the form asks for it or has none.

    Empty lines are left out as ``structure`` leaves them out, so that errors find their line.
    """
    lines: dict[int, dict[str, str]] = {}
    for name, value in form.items():
        part = re.fullmatch(rf"{table}-(\d{{1,4}})-([a-z_]+)", name)
        if part and part[2] in columns and value.strip() and form.get(REMOVE) != f"{table}-{part[1]}":
            lines.setdefault(int(part[1]), dict.fromkeys(columns, ""))[part[2]] = value
    found = [lines[index] for index in sorted(lines)]
    if not found or form.get(ADD) == table:
        found.append(dict.fromkeys(columns, ""))
    return found


def as_fields(table: str, lines: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """``{"packs-0-name": …}``: lines as a form would send them."""
    return {
        f"{table}-{index}-{name}": value for index, line in enumerate(lines) for name, value in line.items()
    }
