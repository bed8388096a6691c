"""Quantities, prices and ages as people typed them."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from stockroom.interchange.alorf.fields import as_text, western_digits

LIMIT = Decimal(10) ** 12
LONGEST = 60
QUANTITY_DECIMALS = 6
MONEY_DECIMALS = 4

VULGAR = re.compile(r"(?<=\d)(?=[¼-¾⅐-⅞])")
FRACTION = re.compile(r"([+-]?)\s*(?:(\d{1,12})\s+)?(\d{1,12})\s*/\s*(\d{1,12})")
NUMBER = re.compile(r"([+-]?)\s*(\d[\d\s.,']*|\.\d+)\s*([^\W\d_][^\d]*)?")
SCIENTIFIC = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,20})?[eE][+-]?\d{1,2}")
MONEY_MARKS = re.compile(r"[$€£]|(?i:\b(?:pln|usd|eur|kwd|sar|aed|egp|zł|kd)\b)|د\.ك|ر\.س")


class Number(NamedTuple):
    """`code` is "" when the text was plain, "empty" when there was none, else what to report."""

    value: Decimal | None
    code: str = ""


def read_quantity(value: object, *, decimals: int = QUANTITY_DECIMALS) -> Number:
    """A number from a number or text: 12, "12,5", "1 200", "1/2", "2½", "12 tablets", "٣"."""
    if isinstance(value, bool):
        return Number(None, "number_unreadable")
    text = _plain_text(value)
    if not text:
        return Number(None, "empty")
    if len(text) > LONGEST:
        return Number(None, "number_unreadable")
    number = _parse(text)
    return number if number.value is None else _bounded(number, decimals)


def read_money(value: object) -> Number:
    """A price, its currency mark dropped, four decimals; negative ones are refused."""
    number = read_quantity(MONEY_MARKS.sub("", as_text(value)), decimals=MONEY_DECIMALS)
    return Number(None, "number_negative") if number.value is not None and number.value < 0 else number


def decimals_of(value: Decimal) -> int:
    """How many decimals a quantity needs."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def show(value: Decimal) -> str:
    """Without trailing zeros and without an exponent."""
    return f"{value.normalize():f}" if value else "0"


def _plain_text(value: object) -> str:
    spaced = VULGAR.sub(" ", western_digits(as_text(value)))
    text = unicodedata.normalize("NFKC", spaced)
    return text.translate({0x2044: "/", 0x2212: "-", 0x066B: ".", 0x066C: ",", 0x2019: "'"}).strip()


def _parse(text: str) -> Number:
    if SCIENTIFIC.fullmatch(text):
        return Number(Decimal(text))
    if match := FRACTION.fullmatch(text):
        sign, whole, over, under = match.groups()
        if int(under) == 0:
            return Number(None, "number_unreadable")
        value = Decimal(whole or 0) + Decimal(over) / Decimal(under)
        return Number(-value if sign == "-" else value)
    if match := NUMBER.fullmatch(text):
        sign, body, words = match.groups()
        return _with_words(_separated("".join(body.split()).replace("'", ""), sign), words)
    return Number(None, "number_unreadable")


def _with_words(number: Number, words: str | None) -> Number:
    return Number(number.value, "number_with_words") if words and number.value is not None else number


def _separated(body: str, sign: str) -> Number:
    """Decide which of comma and point is the decimal mark: the last one, if there are both."""
    code = ""
    if "," in body and "." in body:
        mark = max(",.", key=body.rfind)
        body = body.replace("." if mark == "," else ",", "").replace(mark, ".")
    elif body.count(",") == 1 and not re.fullmatch(r"\d{1,3},\d{3}", body):
        body = body.replace(",", ".")
    elif "," in body:
        body, code = body.replace(",", ""), "number_ambiguous"
    elif body.count(".") > 1:
        body = body.replace(".", "")
    if not re.fullmatch(r"\d*\.?\d*", body) or body == ".":
        return Number(None, "number_unreadable")
    return Number(Decimal(sign + body), code)


def _bounded(number: Number, decimals: int) -> Number:
    value = number.value
    if value is None or abs(value) >= LIMIT:
        return Number(None, "number_too_large")
    rounded = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    if rounded != value:
        return Number(rounded, "number_rounded")
    return Number(value, number.code)
