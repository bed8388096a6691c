"""Texts and bytes that attackers and accidents send: pieces that parsers know, put together in any way."""

from hypothesis import strategies as st

ODD = [
    "",
    "\x00",
    "\r\n",
    "\u2028",
    "\ud800",
    "\uffff",
    "é",
    "ł",
    "ب",
    "０",
    "٣",
    "\u202e",
    "😀",
    " " * 300,
    "9" * 400,
]
NUMBERS = [
    "1e999999999",
    "-0",
    "NaN",
    "Infinity",
    "0x10",
    "1_000",
    "1.000,50",
    "1,000.50",
    "+5",
    "٣٫٥",
    "1e-400",
]
DATES = [
    "2026-02-30",
    "0000-00-00",
    "9999-12-31",
    "31.05.2026",
    "2026-W01",
    "05/2026",
    "1e9",
    "-1",
    "2026-05-31T25:00",
]
HEADERS = [
    '"3"',
    'W/"3"',
    '"',
    "*",
    "en;q=1.0,pl;q=nan",
    ";;q=x,,",
    "pl" * 500,
    "::1",
    "1.2.3.4, 5.6.7.8",
    "for=_x",
]
STEPS = [
    "../",
    "..\\",
    "/etc/passwd",
    "%2e%2e%2f",
    "//evil.example",
    "\\\\evil",
    "javascript:alert(1)",
    "/\t/evil",
]
SQL = [
    "' or 1=1 --",
    "'; drop table people.account; --",
    "%(id)s",
    "{0.__class__}",
    "{{ 7*7 }}",
    "${7*7}",
    "%s%n",
]
PIECES = [*ODD, *NUMBERS, *DATES, *HEADERS, *STEPS, *SQL]

GS1 = [
    "01",
    "05909990000012",
    "17",
    "260531",
    "10",
    "ABC",
    "21",
    "30",
    "\x1d",
    "(01)",
    "(17)",
    "]d2",
    "<GS>",
    "{GS}",
    "0",
]
CSV = ["id", ",", ";", "\t", "|", '"', '""', "\n", "\r", "\r\n", "=1+1", "name", "\x00", "\ufeff", "1"]
JSON = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    '"id"',
    '"',
    "1",
    "-",
    "1e999",
    "NaN",
    "null",
    "\\u0000",
    "\\ud800",
    " ",
]

any_text = st.text(max_size=60)
pieces = st.lists(st.sampled_from(PIECES) | any_text, max_size=6).map("".join)


def made_of(words: list[str]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(words) | st.text(max_size=4), max_size=40).map("".join)


storable = pieces.filter(lambda text: not any(0xD800 <= ord(char) < 0xE000 for char in text))
latin = storable.map(lambda text: text.encode("utf-8").decode("latin-1"))
header_value = latin.map(lambda text: text.translate(dict.fromkeys((0, 10, 13))))
