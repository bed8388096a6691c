"""The OpenAPI 3.1 description made complete: security, shared headers, examples. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

Json = dict[str, Any]
SESSION, CSRF, KEY = "session", "csrfToken", "apiKey"
PEOPLE_ONLY: dict[str, list[str]] = {SESSION: []}
"""What an operation says that no API key may use."""
METHODS = ("get", "post", "put", "patch", "delete")
JSON_BODY = "application/json"
COMBINED = ("allOf", "oneOf", "anyOf")
DEEPEST = 6

DULL: tuple[tuple[str, Any], ...] = (
    ("deprecated", False), ("allowEmptyValue", False), ("allowReserved", False), ("headers", {}),
)  # fmt: skip
IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": "A repeat with the same key and body gets the first answer; nothing happens twice.",
}
IF_MATCH: Json = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "examples": ['"3"']},
    "description": (
        "The version that was seen, from ETag; needed where the thing has one."
        " Changed since: 409 `version.stale`."
    ),
}
SAMPLES = {
    "uuid": "019a2f4e-7c3b-7d10-9e58-3f6b2a1c4d5e",
    "date": "2026-05-31",
    "date-time": "2026-05-31T08:30:00+02:00",
}


def completed(schema: Mapping[str, Any]) -> Json:
    """A copy without noise, each operation with its security, shared headers and an example body."""
    whole = _tidied(schema)
    for method, operation in operations(whole):
        operation["security"] = _security(method, operation)
        operation.get("responses", {}).pop("400", None)
        shared = [IDEMPOTENCY_KEY] if method == "post" else [IF_MATCH] if method in ("put", "delete") else []
        if operation["security"] and shared:
            operation["parameters"] = [*operation.get("parameters", []), *shared]
        body = operation.get("requestBody", {}).get("content", {}).get(JSON_BODY)
        if body is not None:
            _close(whole, body["schema"])
            body.setdefault("example", example_of(whole, body["schema"]))
    return whole


def operations(schema: Json) -> Iterator[tuple[str, Json]]:
    for item in schema.get("paths", {}).values():
        for method in METHODS:
            if method in item:
                yield method, item[method]


def _tidied(value: Any) -> Any:
    if isinstance(value, dict):
        items = cast("Json", value)  # JSON's own keys are texts
        return {name: _tidied(inner) for name, inner in items.items() if (name, inner) not in DULL}
    if isinstance(value, list):
        return [_tidied(inner) for inner in cast("list[Any]", value)]
    return value


def _security(method: str, operation: Json) -> list[dict[str, list[str]]]:
    if operation.get("security") == [{}]:
        return []
    person: dict[str, list[str]] = {SESSION: []} if method == "get" else {SESSION: [], CSRF: []}
    return [person] if operation.get("security") == [PEOPLE_ONLY] else [person, {KEY: []}]


def resolved(whole: Json, schema: Json) -> Json:
    """The schema that a ``$ref`` names, else itself; of ``… or null`` the part that is not null."""
    if "$ref" in schema:
        return whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    inside = parts(schema)
    if len(inside) == 1:
        own = {name: value for name, value in schema.items() if name not in COMBINED}
        return {**resolved(whole, inside[0]), **own}
    return schema


def parts(schema: Json) -> list[Json]:
    """What ``allOf``, ``oneOf`` and ``anyOf`` put together, null left out."""
    inside: list[Json] = [item for name in COMBINED for item in schema.get(name, [])]
    return [part for part in inside if part.get("type") != "null"]


def _close(whole: Json, schema: Json, depth: int = 0) -> None:
    """What people send is refused where it has unknown fields, so the description says so."""
    if depth > DEEPEST:
        return
    for part in parts(schema):
        _close(whole, part, depth + 1)
    found = resolved(whole, schema) if "$ref" in schema else schema
    if "properties" in found:
        found["additionalProperties"] = False
        for inner in found["properties"].values():
            _close(whole, inner, depth + 1)
    if isinstance(found.get("items"), dict):
        _close(whole, found["items"], depth + 1)


def example_of(whole: Json, schema: Json, depth: int = 0) -> Any:
    """The schema's own example, else one made of the fields that are required or have an example."""
    found = resolved(whole, schema)
    for name in ("examples", "enum"):
        if found.get(name):
            return found[name][0]
    if "properties" in found and depth <= DEEPEST:
        required = set(found.get("required", []))
        return {
            name: example_of(whole, inner, depth + 1)
            for name, inner in found["properties"].items()
            if name in required or resolved(whole, inner).get("examples")
        }
    if found.get("type") == "array":
        return [example_of(whole, found["items"], depth + 1)] if depth <= DEEPEST else []
    return _sample(found)


def _sample(schema: Json) -> Any:
    kind = schema.get("type")
    kinds = cast("list[Any]", kind) if isinstance(kind, list) else [kind]
    if "boolean" in kinds:
        return schema.get("default", True)
    if "integer" in kinds or "number" in kinds:
        return schema.get("default", schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1))
    return SAMPLES.get(schema.get("format", ""), schema.get("default") or "text")
