"""Input as typed Structs: every problem at once, each at its field, in words."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, field

from stockroom.platform.errors import Invalid
from stockroom.platform.fields import (
    MESSAGES,
    Code,
    Email,
    Line,
    Name,
    Note,
    StructInput,
    convert,
    decode_json,
    impossible_date,
    structure,
    typed_decimal,
)
from stockroom.platform.i18n import sentence, set_language


class LineIn(StructInput, frozen=True, kw_only=True):
    product_id: UUID
    quantity: Decimal = Decimal(1)


class Document(StructInput, frozen=True, kw_only=True):
    name: Name
    code: Code = "X"
    line: Line = ""
    note: Note = ""
    email: Email = ""
    on: date | None = None
    kind: Literal["in", "out"] = "in"
    count: Annotated[int, Meta(ge=1, le=9)] = 1
    open: bool = False
    tags: list[str] = field(default_factory=list[str])
    lines: Annotated[list[LineIn], Meta(max_length=3)] = field(default_factory=list[LineIn])


ID = "019a2f4e-7c3b-7d10-9e58-3f6b2a1c4d5e"


def problems(raw: Any, *, strict: bool = True) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        convert(raw, Document, strict=strict)
    for error in caught.value.errors:
        assert "{" not in sentence(error.sentence, error.facts)
        assert "`" not in sentence(error.sentence, error.facts)
    return [(error.at, error.code) for error in caught.value.errors]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({}, [("/name", "field.required")]),
        ({"name": ""}, [("/name", "field.required")]),
        ({"name": "\t"}, [("/name", "field.characters")]),
        ({"name": "a\x00"}, [("/name", "field.characters")]),
        ({"name": "a", "line": "a\nb"}, [("/line", "field.characters")]),
        ({"name": "a", "note": "a\x07b"}, [("/note", "field.characters")]),
        ({"name": "a", "note": "n" * 4001}, [("/note", "field.too_long")]),
        ({"name": "a", "code": " a"}, [("/code", "field.characters")]),
        ({"name": "a", "email": "a@b"}, [("/email", "field.email")]),
        ({"name": "a", "email": "a b@c.pl"}, [("/email", "field.email")]),
        ({"name": "a", "on": "2026-02-30"}, [("/on", "field.date")]),
        ({"name": "a", "on": 7}, [("/on", "field.type")]),
        ({"name": "a", "kind": "sideways"}, [("/kind", "field.choice")]),
        ({"name": "a", "count": 10}, [("/count", "field.range")]),
        ({"name": "a", "count": 1.5}, [("/count", "field.number")]),
        ({"name": "a", "open": "maybe"}, [("/open", "field.type")]),
        ({"name": "a", "tags": [1]}, [("/tags/0", "field.type")]),
        ({"name": "a", "a/b~c": 1}, [("/a~1b~0c", "field.unknown")]),
        ({"name": "a", "lines": "x"}, [("/lines", "field.type")]),
        ({"name": "a", "lines": [{}]}, [("/lines/0/product_id", "field.required")]),
        (
            {"name": "a", "lines": [{"product_id": ID}, {"product_id": "x", "quantity": "y", "z": 1}]},
            [
                ("/lines/1/z", "field.unknown"),
                ("/lines/1/product_id", "field.id"),
                ("/lines/1/quantity", "field.number"),
            ],
        ),
        ("text", [("", "field.type")]),
        (None, [("", "field.type")]),
        (
            {"code": "", "count": 0, "who": 1},
            [
                ("/who", "field.unknown"),
                ("/name", "field.required"),
                ("/code", "field.required"),
                ("/count", "field.range"),
            ],
        ),
    ],
)
def test_names_every_wrong_field(raw: Any, expected: list[tuple[str, str]]) -> None:
    assert problems(raw) == expected


def test_a_form_is_all_text_and_json_is_not() -> None:
    texts = {"name": "a", "count": "3", "open": "true", "on": "2026-05-31"}
    made = convert(texts, Document, strict=False)
    assert (made.count, made.open, made.on) == (3, True, date(2026, 5, 31))
    assert problems(texts) == [("/count", "field.number"), ("/open", "field.type")]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", [("", "field.json")]),
        (b"\xff", [("", "field.json")]),
        (b'{"name": "\\ud800"}', [("", "field.json")]),
        (b"[" * 50_000, [("", "field.json")]),
        (b'{"x": ' + b"[" * 50_000, [("", "field.json")]),
        (b'{"name": 1}', [("/name", "field.type")]),
        (b"[]", [("", "field.type")]),
    ],
)
def test_a_body_is_explained(body: bytes, expected: list[tuple[str, str]]) -> None:
    with pytest.raises(Invalid) as caught:
        decode_json(body, Document)
    assert [(error.at, error.code) for error in caught.value.errors] == expected


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"a": " x ", "b": "", "c": "  "}, {"a": "x"}),
        ({"csrf_token": "t", "idempotency_key": "k", "version": "1", "a": "x"}, {"a": "x"}),
        (
            {"lines-0-q": "1", "lines-2-q": "3", "lines-1-q": "", "lines-10-q": "9"},
            {"lines": [{"q": "1"}, {"q": "3"}, {"q": "9"}]},
        ),
        ({"supplier": "Neuca", "supplier_id": "7"}, {"supplier_id": "7"}),
        ({"supplier": "Neuca", "supplier_id": ""}, {}),
        ({"lines-x-q": "1"}, {"lines-x-q": "1"}),
        ({"lines-99999-q": "1"}, {"lines-99999-q": "1"}),
    ],
)
def test_a_flat_form_becomes_a_document(form: dict[str, str], expected: dict[str, Any]) -> None:
    assert structure(form) == expected


@pytest.fixture
def polish() -> Iterator[None]:
    set_language("pl")
    yield
    set_language("en")


ENGLISH = [
    ("1284", "1284"), ("1,284", "1284"), ("1,284.50", "1284.50"), ("1 284.5", "1284.5"), ("0,5", "0.5"),
    ("1\u00a0284,50", "1284.50"), ("-1,284", "-1284"), ("1,2,3", "1,2,3"), ("1.284,50", "1.284,50"),
    ("abc", "abc"), ("", ""),
]  # fmt: skip
POLISH = [("1 284,50", "1284.50"), ("1,284", "1.284"), ("1284.5", "1284.5"), ("1\u202f284", "1284")]


@pytest.mark.parametrize(("text", "plain"), ENGLISH)
def test_numbers_as_people_type_them_in_english(text: str, plain: str) -> None:
    assert typed_decimal(text) == plain


@pytest.mark.usefixtures("polish")
@pytest.mark.parametrize(("text", "plain"), POLISH)
def test_numbers_as_people_type_them_in_polish(text: str, plain: str) -> None:
    assert typed_decimal(text) == plain


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)
       | st.dictionaries(st.sampled_from(["name", "lines", "count", "on", "x/y"]), inner, max_size=4)))  # fmt: skip
def test_whatever_comes_is_taken_or_explained(raw: Any) -> None:
    assert all(code in MESSAGES for code in refused_with(raw))


def refused_with(raw: Any) -> list[str]:
    try:
        convert(raw, Document)
    except Invalid as refusal:
        return [error.code for error in refusal.errors] or ["no reason"]
    return []


@pytest.mark.parametrize(("year", "impossible"), [(1899, True), (1900, False), (2200, False), (2201, True)])
def test_a_date_out_of_reach_is_a_typing_error(year: int, impossible: bool) -> None:
    assert impossible_date(date(year, 1, 1)) is impossible
