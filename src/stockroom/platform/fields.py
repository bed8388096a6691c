"""Input as typed Structs: the field types everybody uses, and every problem at once, each at its field."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, TypeVar, get_args, get_origin

import msgspec
from msgspec import Meta

from stockroom.platform.errors import N_, FieldError, Invalid
from stockroom.platform.i18n import gettext, language

T = TypeVar("T")

PLAIN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$(?!\n)"
"""No control characters besides tab and line ends; PostgreSQL cannot store NUL at all."""

ONE_LINE = r"^[^\x00-\x1f\x7f]*$(?!\n)"

Code = Annotated[
    str, Meta(min_length=1, max_length=64, pattern=r"^[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$(?!\n)")
]
Name = Annotated[
    str,
    Meta(
        min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$(?!\n)"
    ),
]
Line = Annotated[str, Meta(max_length=200, pattern=ONE_LINE)]
Note = Annotated[str, Meta(max_length=4000, pattern=PLAIN)]
Email = Annotated[
    str,
    Meta(
        max_length=254,
        pattern=(
            r"^([^@\s,;:<>()\[\]\"\\\x00-\x1f\x7f]+@[^@\s,;:<>()\[\]\"\\\x00-\x1f\x7f]+"
            r"\.[^@\s,;:<>()\[\]\"\\\x00-\x1f\x7f]+)?$(?!\n)"
        ),
    ),
]

MESSAGES = {
    "field.unknown": N_("There is no such field."),
    "field.required": N_("Please fill this in."),
    "field.too_long": N_("At most {limit} characters."),
    "field.too_short": N_("At least {limit} characters."),
    "field.characters": N_("This contains characters that are not allowed here."),
    "field.email": N_("This is not an e-mail address; it looks like name@example.org."),
    "field.type": N_("Expected {expected}."),
    "field.number": N_("Write a number, for example 12 or 2.5."),
    "field.date": N_("Write a date as YYYY-MM-DD, for example 2026-05-31."),
    "field.choice": N_("Choose one of the values offered."),
    "field.range": N_("The value must be within the limits: {limit}."),
    "field.id": N_("This is not a valid id."),
    "field.json": N_("The request body is not valid JSON."),
}


class StructInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What comes from outside. Unknown fields are refused."""


_EXACT = msgspec.json.Decoder(float_hook=Decimal)


def read_json(body: bytes) -> Any:
    """Objects, lists and texts as they are; numbers with a point as Decimal. Raises Invalid where it is no JSON."""
    try:
        return _EXACT.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Invalid(errors=[_error("", "field.json")]) from None


def decode_json(body: bytes, shape: type[T]) -> T:
    """Raises Invalid with every wrong field."""
    return convert(read_json(body), shape)


def convert(raw: Any, shape: type[T], *, strict: bool = True) -> T:
    """``raw`` as ``shape``; raises Invalid with every wrong field. ``strict=False`` for forms (all text)."""
    problems: list[FieldError] = []
    if not strict:
        raw = _typed_numbers(raw, shape)
    _explain(raw, shape, "", strict=strict, problems=problems)
    if problems:
        raise Invalid(errors=problems)
    try:
        return msgspec.convert(raw, shape, strict=strict)
    except msgspec.ValidationError as error:
        raise Invalid(errors=[_from_message("", str(error), raw)]) from None


def _typed_numbers(raw: Any, shape: Any) -> Any:
    """Decimals as people type them (``1 284,50`` or ``1,284.50``) become what a decimal is read from."""
    inner, item = _struct_of(shape), _item_of(shape)
    if inner is not None and isinstance(raw, Mapping):
        given: Mapping[str, Any] = raw  # pyright: ignore[reportUnknownVariableType]  # from JSON or a form
        types = {field.encode_name: field.type for field in msgspec.structs.fields(inner)}
        return {
            name: _typed_numbers(value, types[name]) if name in types else value
            for name, value in given.items()
        }
    if item is not None and isinstance(raw, list):
        values: list[Any] = raw  # pyright: ignore[reportUnknownVariableType]  # from JSON or a form
        return [_typed_numbers(value, item) for value in values]
    if isinstance(raw, str) and Decimal in _alternatives(shape):
        return typed_decimal(raw)
    return raw


def typed_decimal(text: str) -> str:
    """``1 284,50``, ``1,284.50`` and ``1284.50`` alike; a lone comma before three digits is English thousands."""
    plain = re.sub(r"[\s\u00a0\u202f]", "", text)
    if language() == "en" and re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        return plain.replace(",", "")
    return plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain


def _explain(raw: Any, shape: Any, at: str, *, strict: bool, problems: list[FieldError]) -> None:
    inner = _struct_of(shape)
    if inner is not None and isinstance(raw, Mapping):
        given: Mapping[str, Any] = raw  # pyright: ignore[reportUnknownVariableType]  # from JSON or a form
        _explain_struct(given, inner, at, strict=strict, problems=problems)
        return
    item = _item_of(shape)
    if item is not None and isinstance(raw, Sequence) and not isinstance(raw, str | bytes):
        before = len(problems)
        values: Sequence[Any] = raw  # pyright: ignore[reportUnknownVariableType]  # from JSON or a form
        for index, value in enumerate(values):
            _explain(value, item, f"{at}/{index}", strict=strict, problems=problems)
        if len(problems) > before:
            return
    try:
        msgspec.convert(raw, shape, strict=strict)
    except msgspec.ValidationError as error:
        problems.append(_from_message(at, str(error), raw))


def _explain_struct(
    raw: Mapping[str, Any], struct: type[msgspec.Struct], at: str, *, strict: bool, problems: list[FieldError]
) -> None:
    known = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    for name in raw:
        if name not in known:
            problems.append(_error(f"{at}/{_escape(str(name))}", "field.unknown"))
    for name, field in known.items():
        if name in raw:
            _explain(raw[name], field.type, f"{at}/{name}", strict=strict, problems=problems)
        elif field.required:
            problems.append(_error(f"{at}/{name}", "field.required"))


def _struct_of(shape: Any) -> type[msgspec.Struct] | None:
    for candidate in _alternatives(shape):
        if isinstance(candidate, type) and issubclass(candidate, msgspec.Struct):
            return candidate
    return None


def _item_of(shape: Any) -> Any | None:
    for candidate in _alternatives(shape):
        if get_origin(candidate) in (list, tuple, Sequence):
            return get_args(candidate)[0]
    return None


def _alternatives(shape: Any) -> list[Any]:
    if get_origin(shape) is Annotated:
        return _alternatives(get_args(shape)[0])
    arguments = get_args(shape)
    if arguments and type(None) in arguments:
        return [found for argument in arguments for found in _alternatives(argument)]
    return [shape]


_KINDS = (
    ("`date`", "field.date"), ("`datetime", "field.date"), ("RFC3339", "field.date"), ("ISO8601", "field.date"),
    ("uuid", "field.id"), ("UUID", "field.id"), ("decimal", "field.number"), ("`int", "field.number"),
    ("`float", "field.number"), ("regex '^([^@", "field.email"), ("regex", "field.characters"),
    ("enum", "field.choice"),
    ("required field", "field.required"), ("unknown field", "field.unknown"),
)  # fmt: skip
_LIMIT = re.compile(r"(?:length|`(?:str|int|float)`) (<=|>=|<|>) (-?[\d.]+)")


def _from_message(at: str, message: str, raw: Any) -> FieldError:
    """msgspec says it in English for engineers; this says it for the person at the form."""
    path = re.search(r"- at `\$(.*)`$", message)
    pointer = at + (_pointer(path.group(1)) if path else "")
    if limit := _LIMIT.search(message):
        return _limit_error(pointer, limit, raw, is_length="length" in message)
    expected = re.search(r"Expected `([^`]+)`, got", message)
    said = message if expected is None else f"`{expected.group(1)}`"
    for words, code in _KINDS:
        if words in said:
            return _error(pointer, code)
    return _error(pointer, "field.type", expected=expected.group(1) if expected else gettext("another value"))


def _limit_error(at: str, limit: re.Match[str], raw: Any, *, is_length: bool) -> FieldError:
    sign, bound = limit.group(1), limit.group(2)
    if not is_length:
        return _error(at, "field.range", limit=f"{sign} {bound}")
    if sign == ">=" and not raw:
        return _error(at, "field.required")
    return _error(at, "field.too_long" if sign == "<=" else "field.too_short", limit=bound)


def _pointer(path: str) -> str:
    return re.sub(r"\[(\d+|\.\.\.)\]", r"/\1", path).replace(".", "/")


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _error(at: str, code: str, **facts: Any) -> FieldError:
    return FieldError(at, code, MESSAGES[code], facts)


def structure(form: Mapping[str, str]) -> dict[str, Any]:
    """``lines-0-quantity=3`` as ``{"lines": [{"quantity": "3"}]}``; empty values, lines
    without any, the shell's own fields and the shown texts of pickers (``supplier`` beside
    ``supplier_id``) are left out.
    """
    flat: dict[str, Any] = {}
    shell = {"csrf_token", "idempotency_key", "version", "add_line", "remove_line"}
    groups: dict[str, dict[int, dict[str, str]]] = {}
    for name, value in form.items():
        text = value.strip()
        if not text or name in shell or f"{name}_id" in form:
            continue
        part = re.fullmatch(r"([a-z_]+)-(\d{1,4})-([a-z_]+)", name)
        if part:
            groups.setdefault(part[1], {}).setdefault(int(part[2]), {})[part[3]] = text
        else:
            flat[name] = text
    for name, lines in groups.items():
        flat[name] = [lines[index] for index in sorted(lines)]
    return flat


def impossible_date(value: date) -> bool:
    """Dates outside a human's reach are typing errors."""
    return not 1900 <= value.year <= 2200


def plain_decimal(value: Decimal) -> bool:
    """Finite: JSON text such as ``"NaN"`` decodes into a Decimal too."""
    return value.is_finite()
