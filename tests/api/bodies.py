"""A good body for each operation of the API's description, and each field of it spoilt in turn."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.api.samples import Samples

Json = dict[str, Any]
NOWHERE = "00000000-0000-7000-8000-00000000dead"
BY_FORMAT = {"uuid": NOWHERE, "date": "2026-05-31", "date-time": "2026-05-31T12:00:00Z"}
# Fields with a rule of their own, by name; one operation may know better.
BY_NAME: Json = {
    "atc_code": "N02BE01",
    "currency": "PLN",
    "email": "a.wrona@hospital.example",
    "reason": "words",
    "allergy_groups": ["nsaids"],
    "no_known_allergies": False,
    "birth_date": "1957-05-14",
    "received_on": "2026-05-31",
    "valid_from": "2026-05-31",
    "barcodes": [],
    "form_code": None,
    "parent_id": None,
    "password": "Tr0ub4dor&zip",
    "batch_id": None,
    "pack_id": None,
    "packs": None,
    "pack_price": None,
    "settles_id": None,
    "settles_line": None,
    "invoice_total": None,
    "answers": [],
    "permissions": ["catalog.product.read"],
    "scopes": ["catalog.product.read"],
    "maximum": 9,
    "vat_rate": 8,
}
# Three dots: what the description and the samples say after all.
BY_PLACE: dict[tuple[str, str], Any] = {
    ("/api/adjustments", "reason"): "count",
    ("/api/disposals", "reason"): "expired",
    ("/api/products", "packs"): [{"name": "box", "factor": 10}],
    ("/api/products/{product_id}", "packs"): [{"name": "box", "factor": 10}],
    ("/api/holds", "batch_id"): ...,
    ("/api/holds/release", "batch_id"): ...,
    ("/api/users", "role"): "technician",
    ("/api/users/{account_id}", "role"): "technician",
}
BY_TYPE = {"string": "words", "integer": 1, "number": 1, "boolean": True}


@dataclass(frozen=True)
class Spoilt:
    """A body with one thing wrong; ``pointer`` is where, empty for the body as a whole."""

    what: str
    pointer: str
    body: Any = None
    raw: bytes | None = None
    is_text_shape: bool = True
    """False where the shape is right and only the state of things can refuse it, perhaps elsewhere."""


class Bodies:
    """Bodies made from the description; ids are real where the name says of what."""

    def __init__(self, description: Json, samples: Samples) -> None:
        self.description = description
        self.samples = samples

    def schema_of(self, operation: Json) -> Json | None:
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        return None if content is None else content["schema"]

    def resolved(self, schema: Json) -> Json:
        """References followed; of what may be null, the part that is not."""
        if "$ref" in schema:
            return self.resolved(self.description["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
        for name in ("allOf", "oneOf", "anyOf"):
            for part in schema.get(name, []):
                if part.get("type") != "null":
                    return {**self.resolved(part), **{k: v for k, v in schema.items() if k != name}}
        return schema

    def good(self, schema: Json, path: str, name: str = "") -> Any:
        ready = BY_PLACE.get((path, name), BY_NAME.get(name, ...))
        if ready is not ...:
            return ready
        found = self.resolved(schema)
        known = self.samples.for_path(path).get(name)
        if found.get("enum"):
            return found["enum"][0]
        if found.get("type") == "array":
            return [self.good(found.get("items", {}), path)]
        if "properties" in found:
            return {key: self.good(inner, path, key) for key, inner in found["properties"].items()}
        if known and found.get("type") == "string":
            return known
        return BY_FORMAT.get(found.get("format", ""), BY_TYPE.get(_type(found), "words"))

    def spoilt(self, schema: Json, path: str) -> Iterator[Spoilt]:
        good = self.good(schema, path)
        yield Spoilt("nothing", "", raw=b"")
        yield Spoilt("no JSON", "", raw=b'{"a": ')
        yield Spoilt("a list", "", body=[])
        yield Spoilt("a text", "", body="words")
        yield Spoilt("no UTF-8", "", raw=b'{"a": "\xff"}')
        yield Spoilt("an unknown field", "/no_such_field", body={**good, "no_such_field": 1})
        for pointer, inner in self._fields(schema):
            for what, value in wrong_values(inner):
                body = copy.deepcopy(good)
                put(body, pointer, value)
                yield Spoilt(
                    f"{what} in {pointer}", pointer, body=body, is_text_shape=not pointer.endswith(ELSEWHERE)
                )
            if inner.get("type") == "array":
                body = copy.deepcopy(good)
                put(body, pointer, self.good({"type": "array", "items": inner["items"]}, path) * 1_001)
                yield Spoilt(f"a thousand and one in {pointer}", pointer, body=body, is_text_shape=False)
            if _type(inner) == "number":
                body = copy.deepcopy(good)
                put(body, pointer, "@")
                for token in (b"NaN", b"Infinity", b"-Infinity", b"1e400"):
                    yield Spoilt(f"{token.decode()} in {pointer}", pointer, raw=_with_token(body, token))

    def _fields(self, schema: Json, prefix: str = "") -> Iterator[tuple[str, Json]]:
        for name, inner in self.resolved(schema).get("properties", {}).items():
            found = self.resolved(inner)
            pointer = f"{prefix}/{name}"
            yield pointer, found
            items = self.resolved(found.get("items", {})) if found.get("type") == "array" else {}
            if "properties" in items:
                yield from self._fields(items, f"{pointer}/0")


# Refused for what stands beside them before they are looked at themselves: a password is hashed, never stored,
# and packs need a pack of the very product.
ELSEWHERE = ("/password", "/packs")


def wrong_values(schema: Json) -> Iterator[tuple[str, Any]]:
    """Values that no field of this shape may take."""
    kind = _type(schema)
    yield "an object", {"a": 1}
    if kind == "string":
        yield "a number", 7
        yield "NUL", "a\x00b"
        yield "100,000 characters", "a" * 100_000
        if schema.get("format") == "date":
            yield from (
                ("an impossible date", day)
                for day in ("2026-02-30", "0001-01-01", "9999-12-31", "31.05.2026")
            )
        if schema.get("format") == "uuid":
            yield "no id", "not-an-id"
        if schema.get("enum"):
            yield "no choice", "no such choice"
    if kind in {"number", "integer"}:
        yield "10^30", 10**30
        yield "-10^30", -(10**30)
        yield "the text NaN", "NaN"
        yield "words", "twelve"
    if kind == "number":
        yield "too fine a number", 0.0000000001
    if kind == "boolean":
        yield "words", "perhaps"
    if kind == "array":
        yield "a text", "words"
        yield "a list of nothing", [None]


def _type(schema: Json) -> str:
    kind = schema.get("type", "")
    return next((one for one in kind if one != "null"), "") if isinstance(kind, list) else str(kind)


def put(body: Any, pointer: str, value: Any) -> None:
    *way, last = [int(part) if part.isdigit() else part for part in pointer.strip("/").split("/")]
    for step in way:
        if body[step] == []:
            body[step] = [{}]
        body = body[step]
    body[last] = value


def _with_token(body: Any, token: bytes) -> bytes:
    import json

    return json.dumps(body).encode().replace(b'"@"', token)
