"""What a product, a barcode, a price and a supplier may be. Pure."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation, localcontext

from stdnum import ean
from stdnum.exceptions import ValidationError
from stdnum.pl import nip

from stockroom.catalog import errors
from stockroom.platform.errors import N_, FieldError, Invalid
from stockroom.platform.fields import typed_decimal

BEYOND_EVERY_QUANTITY = 20
"""A power of ten; quantities are ``numeric(18,6)``."""

KINDS: dict[str, str] = {
    "medicine": N_("Medicine"),
    "goods": N_("Goods"),
    "component": N_("Component"),
    "finished": N_("Finished product"),
    "service": N_("Service"),
}
SUPPLIER_KINDS: dict[str, str] = {
    "wholesaler": N_("Wholesaler"),
    "manufacturer": N_("Manufacturer"),
    "distributor": N_("Distributor"),
    "pharmacy": N_("Pharmacy"),
    "other": N_("Other"),
}
PRICE_KINDS: dict[str, str] = {"purchase": N_("Purchase"), "sale": N_("Sale")}

ALLERGY_GROUPS: dict[str, str] = {
    "penicillins": N_("Penicillins"),
    "cephalosporins": N_("Cephalosporins"),
    "sulfonamides": N_("Sulfonamides"),
    "nsaids": N_("NSAIDs"),
    "opioids": N_("Opioids"),
    "macrolides": N_("Macrolides"),
    "quinolones": N_("Quinolones"),
    "iodine": N_("Iodine"),
    "latex": N_("Latex"),
    "egg": N_("Egg"),
    "soya": N_("Soya"),
    "other": N_("Other allergy"),
}
"""Coded groups that a medicine belongs to and a patient may be allergic to, with their words."""

CONTROLLED_CLASSES = ("I-N", "II-N", "III-N", "IV-N", "I-P", "II-P", "III-P", "IV-P")
"""Groups of narcotic drugs (N) and psychotropic substances (P); suggested, others may be written.

Source: Polish act on counteracting drug addiction of 29 July 2005, and its lists.
"""

PACKS_MOST = 50
BARCODES_MOST = 200
GTIN_LENGTHS = (8, 12, 13, 14)
LARGEST_FACTOR = Decimal("999999999")
LARGEST_AMOUNT = Decimal("99999999999999")


def normalise_barcode(code: str) -> str:
    """A GTIN (8, 12, 13 or 14 digits, spaces and hyphens forgiven) as 14 digits; free codes as they are.

    Raises BarcodeInvalid for a wrong check digit, and for digits that are no GTIN.
    Source: GS1 General Specifications, sections 3.3.2 and 7.9.
    """
    plain = code.strip()
    digits = plain.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit()):
        if not any(char.isalpha() for char in plain):
            raise errors.BarcodeInvalid(barcode=plain)
        return plain
    if len(digits) not in GTIN_LENGTHS:
        raise errors.BarcodeLength(barcode=plain)
    try:
        return ean.validate(digits).zfill(14)
    except ValidationError:
        right = digits[:-1] + str(ean.calc_check_digit(digits[:-1]))
        raise errors.BarcodeCheckDigit(barcode=plain, right=right) from None


def shown_barcode(code: str) -> str:
    """A stored GTIN as it is printed: 8, 13 or 14 digits."""
    if len(code) != 14 or not code.isdigit():
        return code
    return code[6:] if code.startswith("000000") else code.removeprefix("0")


def normalise_tax_id(text: str) -> str:
    """A Polish tax id (NIP) is checked and kept as ten digits; others are kept as they are.

    Raises TaxIdInvalid.
    """
    plain = text.strip()
    compact = plain.upper().replace(" ", "").replace("-", "")
    ten_digits = len(compact) == 10 and compact.isascii() and compact.isdigit()
    if not (ten_digits or (compact.startswith("PL") and compact[2:3].isdigit())):
        return plain
    try:
        return nip.validate(compact)
    except ValidationError:
        raise errors.TaxIdInvalid from None


def decimals_of(value: Decimal) -> int:
    """Places behind the point that carry something: 2 for ``1.250``."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def number_problem(
    value: Decimal, *, at: str, least: Decimal, most: Decimal, decimals: int
) -> FieldError | None:
    """What is wrong with a number that has limits; None for nothing."""
    if not value.is_finite() or not least <= value <= most:
        return FieldError(at, "number.range", N_("Write a number from {least} to {most}."),
                          {"least": least, "most": most})  # fmt: skip
    if decimals_of(value) > decimals:
        return FieldError(
            at, "number.precision", N_("At most {decimals} decimal places."), {"decimals": decimals}
        )
    return None


def check_amount(amount: Decimal) -> None:
    """Raises Invalid for a price that is negative, too large or too precise (four decimals)."""
    problem = number_problem(amount, at="/amount", least=Decimal(0), most=LARGEST_AMOUNT, decimals=4)
    if problem is not None:
        raise Invalid(errors=[problem])


def vat_problem(rate: Decimal | None) -> FieldError | None:
    if rate is None:
        return None
    return number_problem(rate, at="/vat_rate", least=Decimal(0), most=Decimal(100), decimals=2)


def pack_problems(packs: Sequence[tuple[str, Decimal]], *, precision: int) -> list[FieldError]:
    """Names once each; a factor above zero that the product's precision can express."""
    problems: list[FieldError] = []
    seen: set[str] = set()
    least = Decimal(1).scaleb(-precision)
    for index, (name, factor) in enumerate(packs):
        at = f"/packs/{index}/factor"
        problem = number_problem(factor, at=at, least=least, most=LARGEST_FACTOR, decimals=precision)
        if problem is not None:
            problems.append(problem)
        if name.strip().casefold() in seen:
            sentence = N_("There is already a pack with this name.")
            problems.append(FieldError(f"/packs/{index}/name", "pack.repeated", sentence))
        seen.add(name.strip().casefold())
    return problems


def barcode_keys(codes: Sequence[str]) -> tuple[list[str], list[FieldError]]:
    """The codes as they are stored, and what is wrong with them (a wrong one is kept as it is)."""
    keys: list[str] = []
    problems: list[FieldError] = []
    for index, code in enumerate(codes):
        at = f"/barcodes/{index}/code"
        try:
            key = normalise_barcode(code)
        except Invalid as wrong:
            problems.append(FieldError(at, wrong.code, wrong.sentence, wrong.facts))
            key = code
        if key in keys:
            problems.append(FieldError(at, "barcode.repeated", N_("This barcode is already in the list.")))
        keys.append(key)
    return keys, problems


def pack_of(name: str | None, packs: Sequence[str]) -> int | None:
    """The index of the pack that a barcode names; None for the base unit. Raises LookupError for no such."""
    if name is None or not name.strip():
        return None
    wanted = name.strip().casefold()
    for index, pack in enumerate(packs):
        if pack.strip().casefold() == wanted:
            return index
    raise LookupError(name)


def in_base_units(typed: str, factor: Decimal) -> str:
    """A number of packs as it was typed, in base units: ``2`` boxes of 30 are ``60``. What is no number, or is
    beyond every quantity, stays as it was typed, for the form to refuse."""
    try:
        packs = Decimal(typed_decimal(typed))
    except InvalidOperation:
        return typed
    if not packs.is_finite() or abs(packs.adjusted()) > BEYOND_EVERY_QUANTITY:
        return typed
    with localcontext(prec=60):
        return f"{packs * factor:f}"
