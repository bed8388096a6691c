"""Whatever comes in, a parser answers or refuses in its own way: nothing else is ever raised, nothing hangs."""

import base64
import io
import string
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockroom.catalog import gs1
from stockroom.interchange.alorf.archive import Archive, ArchiveError
from stockroom.interchange.alorf.dates import read_day, read_moment
from stockroom.interchange.alorf.decode import SourceFileError, decode_text, read_csv, read_json
from stockroom.interchange.alorf.numbers import read_money, read_quantity
from stockroom.platform.addresses import counted_as
from stockroom.platform.cursors import CursorStale, decode_cursor, encode_cursor
from stockroom.platform.errors import Invalid
from stockroom.platform.fields import Code, Email, Name, StructInput, convert, decode_json, structure
from stockroom.platform.i18n import LANGUAGES, choose_language, set_language
from stockroom.platform.idempotency import KeyInvalid, check_key
from stockroom.platform.lists import parse_list
from stockroom.platform.pages import own_path
from stockroom.platform.reports import read_violations
from stockroom.platform.security import EVENT_LIST
from tests.fuzz.budget import fuzzed
from tests.fuzz.words import CSV, GS1, JSON, header_value, made_of, pieces, storable

SECRET = b"s" * 32
WARSAW = ZoneInfo("Europe/Warsaw")


PARAMETERS = ["page", "per_page", "limit", "cursor", "sort", "q", "event", "since", "x"]
other_shapes = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["quantity", "note", "lines", "day"]), inner, max_size=3)
    ),
    max_leaves=9,
)
reports = st.dictionaries(
    st.sampled_from(["csp-report", "document-uri", "type", "body"]),
    storable | st.integers() | st.none(),
    max_size=3,
)


class Line(StructInput, frozen=True):
    quantity: Decimal
    note: str = ""


class Shape(StructInput, frozen=True):
    code: Code
    name: Name
    email: Email
    day: date
    amount: Decimal
    lines: list[Line]


def assert_told(refusal: Invalid) -> None:
    """At least one problem, each at a place of the input."""
    assert refusal.errors
    assert all(error.at.startswith("/") or error.at == "" for error in refusal.errors)


@fuzzed
@given(made_of(GS1) | pieces | st.text(string.digits, max_size=300))
def test_a_barcode(text):
    found = gs1.parse_gs1(text)
    if found is not None:
        assert found.gtin.isdigit()
        assert gs1.is_barcode(text)
        assert gs1.barcode_of(text) == found.gtin
    assert len(gs1.barcode_of(text)) <= max(14, len(text))


@fuzzed
@given(pieces | st.binary(max_size=80).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_a_cursor_that_is_not_ours(text):
    with pytest.raises(CursorStale):
        decode_cursor(SECRET, "list", text)


@fuzzed
@given(st.lists(st.text(max_size=20) | st.integers(), max_size=4), st.data())
def test_a_cursor_with_one_character_changed(values, data):
    good = encode_cursor(SECRET, "list", values)
    assert decode_cursor(SECRET, "list", good) == values
    at = data.draw(st.integers(0, len(good) - 1))
    other = data.draw(st.sampled_from(string.ascii_letters + string.digits + "-_"))
    changed = good[:at] + other + good[at + 1 :]
    try:
        found = decode_cursor(SECRET, "list", changed)
    except CursorStale:
        return
    assert found == values  # the last bits of base64 that stand for nothing


@fuzzed
@given(made_of(CSV))
def test_a_csv_file(text):
    try:
        rows = read_csv(text, "a.csv")
    except SourceFileError:
        return
    assert [row.number for row in rows] == sorted(row.number for row in rows)


@fuzzed
@given(made_of(JSON) | pieces)
def test_a_json_file(text):
    try:
        read_json(text, "a.json", "medicines")
    except SourceFileError:
        return


@fuzzed
@given(st.binary(max_size=200) | storable.map(str.encode))
def test_the_encoding_of_a_file(data):
    try:
        decode_text(data, "a.csv")
    except SourceFileError:
        return


def zipped(names: list[str], content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, content)
    return made.getvalue()


@fuzzed
@given(
    st.lists(st.text("ab./\\:", min_size=1, max_size=12), min_size=1, max_size=3, unique=True),
    st.binary(max_size=60),
    st.integers(0, 10_000),
    st.integers(0, 255),
)
def test_an_archive_with_a_byte_changed(names, content, at, byte):
    data = bytearray(zipped(names, content))
    data[at % len(data)] = byte
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.zip"
        path.write_bytes(data)
        try:
            archive = Archive(path)
            for name in archive.names:
                assert ".." not in name.split("/")
                assert not name.startswith("/")
                archive.read(name)
        except ArchiveError:
            return


@fuzzed
@given(
    pieces
    | st.none()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.sampled_from([Decimal("1e999999"), Decimal("-1e999999"), Decimal("1e-400")])
    | st.booleans()
    | st.lists(st.integers(), max_size=2)
)
def test_days_and_numbers_of_an_old_system(value):
    read_day(value)
    read_moment(value, WARSAW)
    read_quantity(value)
    read_money(value)


@fuzzed
@given(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("code", "name", "email", "day", "amount", "lines", "other"), storable)
    ),
    st.sampled_from(LANGUAGES),
)
def test_a_form(form, language):
    set_language(language)
    try:
        found = convert(structure(form), Shape, strict=False)
    except Invalid as refusal:
        assert_told(refusal)
        return
    assert found.amount.is_finite()


@fuzzed
@given(st.dictionaries(made_of(["lines-", "0", "-", "quantity", "_id", "9999", "a"]), storable, max_size=8))
def test_the_names_of_form_fields(form):
    structure(form)


@fuzzed
@given(st.binary(max_size=120) | made_of(JSON).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_a_json_body(body):
    for shape in (Shape, Line):
        try:
            decode_json(body, shape)
        except Invalid:
            continue


@fuzzed
@given(other_shapes)
def test_json_of_another_shape(value):
    try:
        convert(value, Shape)
    except Invalid as refusal:
        assert_told(refusal)


@fuzzed
@given(st.lists(st.tuples(st.sampled_from(PARAMETERS), storable), max_size=5))
def test_the_query_of_a_list(pairs):
    try:
        asked = parse_list(EVENT_LIST, pairs)
    except Invalid as refusal:
        assert_told(refusal)
        return
    assert asked.per_page <= 100


@fuzzed
@given(header_value, header_value)
def test_the_language_of_a_browser(cookie, accepted):
    assert choose_language(cookie, accepted, "en") in LANGUAGES


@fuzzed
@given(pieces)
def test_a_callers_address(text):
    assert len(counted_as(text)) <= 64


@fuzzed
@given(pieces)
def test_an_idempotency_key(text):
    try:
        assert 1 <= len(check_key(text)) <= 200
    except KeyInvalid:
        return


@fuzzed
@given(pieces)
def test_where_somebody_is_sent(address):
    path = own_path(address)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert not set(path) & set("\\\t\r\n\x00")


@fuzzed
@given(st.binary(max_size=100) | reports.map(msgspec.json.encode))
def test_a_policy_report(body):
    try:
        read_violations(body)
    except Invalid:
        return
