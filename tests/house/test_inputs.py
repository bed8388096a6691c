"""What comes from outside is bounded by its type.

A text says its length and leaves control characters out; a whole number fits its column.
"""

import importlib
from collections.abc import Iterator

import msgspec
import pytest
from msgspec import inspect

from stockroom.platform.fields import Line, StructInput
from tests.house.sources import PACKAGE, python_sources

# Never stored as it comes: hashed, signed, or compared with what is stored.
NOT_STORED = frozenset({"password", "old_password", "username", "cursor"})


def inputs() -> set[type[StructInput]]:
    for source in python_sources(PACKAGE):
        if "StructInput" in source.text:
            importlib.import_module(".".join(("stockroom", *source.place)).removesuffix(".__init__"))
    return {kind for kind in _below(StructInput) if kind.__module__.startswith("stockroom.")}


def _below(kind: type[StructInput]) -> Iterator[type[StructInput]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def unbounded(kind: type[StructInput]) -> list[str]:
    """Fields that take any text or any number at all."""
    found = inspect.type_info(kind)
    assert isinstance(found, inspect.StructType)
    return [
        f"{kind.__module__}.{kind.__name__}.{field.name}"
        for field in found.fields
        if field.name not in NOT_STORED and any(map(_is_unbounded, _leaves(field.type)))
    ]


def _leaves(kind: inspect.Type) -> Iterator[inspect.Type]:
    """What a type is made of, nested Structs left to themselves."""
    match kind:
        case inspect.UnionType(types=types):
            for one in types:
                yield from _leaves(one)
        case inspect.ListType(item_type=item) | inspect.Metadata(type=item):
            yield from _leaves(item)
        case _:
            yield kind


def _is_unbounded(kind: inspect.Type) -> bool:
    match kind:
        case inspect.StrType(pattern=pattern, max_length=length):
            return pattern is None or length is None
        case inspect.IntType(ge=least, le=most):
            return least is None or most is None
        case _:
            return False


def test_every_text_and_whole_number_that_comes_in_is_bounded():
    found = inputs()
    assert len(found) > 20
    assert sorted(fault for kind in found for fault in unbounded(kind)) == []


@pytest.mark.parametrize(
    ("kind", "is_fault"), [(str, True), (Line, False), (list[str], True), (Line | None, False), (int, True)]
)
def test_the_rule_sees_what_is_unbounded(kind, is_fault):
    planted = msgspec.defstruct("Planted", [("text", kind)], bases=(StructInput,), frozen=True, kw_only=True)
    assert bool(unbounded(planted)) is is_fault
