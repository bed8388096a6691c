"""What is tried instead when a rule refuses a planned item, and what the report says of it."""

from typing import TypeVar

import msgspec

from stockroom.interchange import rules
from stockroom.interchange.actions.intake import Mend
from stockroom.interchange.alorf import Finding
from stockroom.platform.fields import StructInput

Input = TypeVar("Input", bound=StructInput)


def rename(first: str, key: str) -> Mend[Input]:
    """The name is taken: the old id behind it."""

    def mend(wanted: Input, tried: int) -> tuple[Input, Finding]:
        name = rules.another(first, key, tried)
        return msgspec.structs.replace(wanted, name=name), Finding("name_made_unique", {"name": name})

    return mend


def recode(first: str) -> Mend[Input]:
    """The code is taken: a number behind it."""

    def mend(wanted: Input, tried: int) -> tuple[Input, Finding]:
        code = rules.another_code(first, tried)
        return msgspec.structs.replace(wanted, code=code), Finding(
            "code_taken", {"taken": first, "given": code}
        )

    return mend


def leave_empty(field: str, empty: object, finding: Finding) -> Mend[Input]:
    """What the field says cannot stand here."""

    def mend(wanted: Input, tried: int) -> tuple[Input, Finding]:
        return msgspec.structs.replace(wanted, **{field: empty}), finding

    return mend


def move_to_notes(field: str, empty: object, label: str, text: str, finding: Finding) -> Mend[Input]:
    """What the field says cannot stand here; it is kept in the notes."""

    def mend(wanted: Input, tried: int) -> tuple[Input, Finding]:
        notes = rules.Fitting().text("notes", f"{label}: {text}", getattr(wanted, "notes", ""))
        return msgspec.structs.replace(wanted, **{field: empty, "notes": notes}), finding

    return mend
