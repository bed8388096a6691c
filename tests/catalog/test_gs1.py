"""What scanners send, and what it means."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stockroom.catalog.gs1 import Gs1, barcode_of, is_barcode, parse_gs1
from tests.catalog.ground import gtin

G = "05909990012343"
FNC1 = "\x1d"
WHOLE = Gs1(G, batch="AB12", expires_on=date(2027, 1, 31), serial="SER1AL99XYZ0")


@pytest.mark.parametrize(
    "code",
    [
        f"01{G}1727013110AB12{FNC1}21SER1AL99XYZ0",
        f"01{G}21SER1AL99XYZ0{FNC1}1727013110AB12",
        f"01{G}10AB12{FNC1}1727013121SER1AL99XYZ0",
        f"{FNC1}01{G}1727013110AB12{FNC1}21SER1AL99XYZ0{FNC1}",
        f"]d201{G}1727013110AB12{FNC1}21SER1AL99XYZ0",
        f"]C101{G}1727013110AB12{FNC1}21SER1AL99XYZ0",
        f"]Q301{G}1727013110AB12{FNC1}21SER1AL99XYZ0",
        f"  01{G}1727013110AB12{FNC1}21SER1AL99XYZ0\r\n",
        f"01{G}1727013110AB12<GS>21SER1AL99XYZ0",
        f"01{G}1727013110AB12{{GS}}21SER1AL99XYZ0",
        f"01{G}1727013110AB12[FNC1]21SER1AL99XYZ0",
        f"01{G}1727013110AB12^]21SER1AL99XYZ0",
        f"01{G}1727013110AB12\u241d21SER1AL99XYZ0",
        f"01{G}1727013110AB12\\x1d21SER1AL99XYZ0",
        f"01{G}1727013110AB12|21SER1AL99XYZ0",
        f"(01){G}(17)270131(10)AB12(21)SER1AL99XYZ0",
        f"(01) {G} (17) 270131 (10) AB12 (21) SER1AL99XYZ0",
        f"(21)SER1AL99XYZ0(10)AB12(17)270131(01){G}",
    ],
)
def test_reads_product_batch_expiry_and_serial(code: str) -> None:
    assert parse_gs1(code) == WHOLE


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (f"01{G}", Gs1(G)),
        (f"01{G}1727013110AB12", Gs1(G, "AB12", date(2027, 1, 31))),
        (f"01{G}17270200", Gs1(G, "", date(2027, 2, 28))),
        (f"01{G}17280200", Gs1(G, "", date(2028, 2, 29))),
        (f"01{G}15270131", Gs1(G, "", date(2027, 1, 31))),
        (f"01{G}172701313012", Gs1(G, "", date(2027, 1, 31), quantity=Decimal(12))),
        (f"02{G}3748{FNC1}10AB12", Gs1(G, "AB12", quantity=Decimal(48))),
        (f"01{G}1127010110AB/12-3.4", Gs1(G, "AB/12-3.4")),
        (f"01{G}10ab12", Gs1(G, "ab12")),
        (f"01{G}10ALOT{FNC1}7111234567{FNC1}17270131", Gs1(G, "ALOT", date(2027, 1, 31))),
    ],
)
def test_reads_what_is_there(code: str, expected: Gs1) -> None:
    assert parse_gs1(code) == expected


@pytest.mark.parametrize(
    ("code", "batch", "serial"),
    [
        (f"01{G}21SER1AL99XYZ01727013110AB12", "AB12", "SER1AL99XYZ0"),
        (f"01{G}21SHORT1727013110AB12", "AB12", "SHORT"),
        (f"01{G}1727013110AB1221SER1AL99XYZ0", "AB12", "SER1AL99XYZ0"),
        (f"01{G}1727013121SER1AL99XYZ010AB12", "AB12", "SER1AL99XYZ0"),
        (f"01{G}10AB121727013121SER1AL99XYZ0", "AB12", "SER1AL99XYZ0"),
        (f"01{G}10AB1217270131", "AB12", ""),
    ],
)
def test_puts_lost_separators_back_and_says_that_it_did(code: str, batch: str, serial: str) -> None:
    assert parse_gs1(code) == Gs1(G, batch, date(2027, 1, 31), serial, certain=False)


@pytest.mark.parametrize("batch", ["A202110", "20211231", "L21-004", "1721", "10AB"])
def test_leaves_a_batch_whole_that_only_resembles_a_split(batch: str) -> None:
    assert parse_gs1(f"01{G}1727013110{batch}") == Gs1(G, batch, date(2027, 1, 31))


@pytest.mark.parametrize(
    "code",
    [
        "",
        "Amoxicillin",
        "5909990012343",
        G,
        "0105909990012344",
        f"(01){G[:-1]}4(10)A",
        f"01{G}17271331",
        f"01{G}17270132",
        f"01{G}17270131" + "10" + "X" * 21,
        f"01{G}0412345",
        "(17)270131(10)AB12",
        "1727013110AB12345678",
        "(01)",
        "(01)(10)",
        "()()()()()()()()",
        f"01{G}10\x00\x00\x00",
        "01" * 300,
        "٠١٠٥٩٠٩٩٩٠٠١٢٣٤٣",
    ],
)
def test_is_silent_about_anything_else(code: str) -> None:
    assert parse_gs1(code) is None


VALUE = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij0123456789-/._", min_size=1, max_size=20)


@given(batch=VALUE, serial=VALUE, expires_on=st.dates(date(2020, 1, 1), date(2049, 12, 31)))
def test_reads_back_whatever_was_encoded(batch: str, serial: str, expires_on: date) -> None:
    assume(not batch.isspace())
    code = f"01{G}17{expires_on:%y%m%d}10{batch}{FNC1}21{serial}"
    assert parse_gs1(code) == Gs1(G, batch, expires_on, serial)


@given(st.text(max_size=450))
def test_never_breaks(code: str) -> None:
    found = parse_gs1(code)
    assert found is None or len(found.gtin) == 14


@pytest.mark.parametrize(
    ("code", "stored", "is_one"),
    [
        ("5909990012343", G, True),
        (" 5909990012343 ", G, True),
        (f"01{G}10A", G, True),
        (gtin(7, length=8), gtin(7, length=8).zfill(14), True),
        ("036000291452", "00036000291452", True),
        ("5909990012344", "5909990012344", False),
        ("12345", "12345", False),
        ("SHELF-12", "SHELF-12", False),
    ],
)
def test_stores_a_barcode_in_one_way(code: str, stored: str, *, is_one: bool) -> None:
    assert (barcode_of(code), is_barcode(code)) == (stored, is_one)
