"""The API's description: complete, served to programs, and drawn for people without anybody else's scripts."""

import re
from typing import Any

import msgspec
import pytest

from stockroom.main import create_app
from stockroom.platform.api_docs import Description
from stockroom.platform.api_schema import completed, example_of, operations, resolved
from stockroom.settings import Settings
from tests.conftest import SignIn

OPEN = {
    "ApiAuthLoginLogin", "ApiAuthPasskeyPostPasskey", "ApiAuthPasskeyOptionsPostPasskeyOptions",
    "ApiAuthRequestResetPostRequestReset", "ApiAuthResetPostReset",
}  # fmt: skip
"""What somebody may ask who is not signed in."""


@pytest.fixture
def described(settings: Settings) -> Description:
    app: Any = create_app(settings, "host=/nowhere").app
    return Description(app.openapi_schema.to_schema())


def test_every_operation_is_described(described: Description) -> None:
    found = list(operations(described.schema))
    assert len(found) >= 25
    for method, operation in found:
        name = operation["operationId"]
        assert operation.get("summary"), name
        assert operation.get("tags"), name
        assert "400" not in operation["responses"], name
        assert bool(operation["security"]) is (name not in OPEN), name
        if name not in OPEN:
            assert {"401", "403", "422"} <= operation["responses"].keys(), name
            assert ("csrfToken" in operation["security"][0]) is (method != "get"), name


def test_every_example_is_what_the_endpoint_takes(described: Description, settings: Settings) -> None:
    """Each example body decodes into the very type that its endpoint reads."""
    app: Any = create_app(settings, "host=/nowhere").app
    checked = 0
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            data = getattr(handler, "parsed_data_field", None)
            if data is None or not handler.resolve_include_in_schema():
                continue
            (method,) = handler.http_methods
            body = described.schema["paths"][route.path_format][method.lower()]["requestBody"]
            example = body["content"]["application/json"]["example"]
            msgspec.json.decode(msgspec.json.encode(example), type=data.annotation)
            checked += 1
    assert checked >= 8


def test_quantities_and_money_are_numbers(described: Description) -> None:
    shapes = described.schema["components"]["schemas"]
    assert shapes["HoldInput"]["properties"]["quantity"]["type"] == "number"
    assert shapes["PriceInput"]["properties"]["amount"]["type"] == "number"


def test_what_is_sent_allows_no_unknown_field(described: Description) -> None:
    for _, operation in operations(described.schema):
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body is not None:
            shape = resolved(described.schema, body["schema"])
            assert shape["additionalProperties"] is False, operation["operationId"]


def test_every_reference_leads_somewhere(described: Description) -> None:
    shapes = described.schema["components"]["schemas"]
    for reference in re.findall(r'"\$ref":"#/components/schemas/([^"]+)"', described.file.decode()):
        assert reference in shapes


async def test_the_file_is_served_at_both_addresses(sign_in: SignIn) -> None:
    visitor = await sign_in.visitor()
    files = [await visitor.get(path) for path in ("/api/openapi.json", "/api/docs/openapi.json")]
    assert [file.status_code for file in files] == [200, 200]
    assert files[0].content == files[1].content
    assert files[0].headers["content-type"].startswith("application/json")
    schema = files[0].json()
    assert schema["openapi"].startswith("3.1")
    assert schema["components"]["securitySchemes"]["session"]["name"] == "session"
    assert schema["components"]["securitySchemes"]["csrfToken"]["name"] == "x-csrf-token"


async def test_the_page_loads_nothing_from_elsewhere(sign_in: SignIn) -> None:
    visitor = await sign_in.visitor()
    away = await visitor.get("/api/docs")
    assert (away.status_code, away.headers["location"]) == (303, "/sign-in?next=/api/docs")
    client = await sign_in("ward")
    page = await client.get("/api/docs")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    addresses = re.findall(r'(?:src|href|action)="([^"]*)"', page.text)
    assert all(address.startswith(("/", "#")) and not address.startswith("//") for address in addresses)
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page.text)
    for words in (
        "/api/users/{account_id}",
        "anna.nowak@hospital.example",
        "If-Match",
        "Nobody is signed in.",
    ):
        assert words in page.text
    anchors = set(re.findall(r'id="([^"]+)"', page.text))
    assert {link[1:] for link in addresses if link.startswith("#")} <= anchors | {"content"}
    assert (await client.get("/api/docs/")).status_code in (200, 404)
    for path in ("/api/docs/swagger", "/api/docs/redoc", "/api/docs/elements", "/api/docs/openapi.yml"):
        assert (await client.get(path)).status_code == 404


SHAPES: dict[str, Any] = {
    "components": {
        "schemas": {
            "Tree": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "inner": {"$ref": "#/components/schemas/Tree"}},
                "required": ["name", "inner"],
            }
        }
    },
    "paths": {},
}


@pytest.mark.parametrize(
    ("schema", "example"),
    [
        ({"type": "string", "format": "date"}, "2026-05-31"),
        ({"type": "string", "enum": ["a", "b"]}, "a"),
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "number", "exclusiveMinimum": 0}, 1),
        ({"type": "boolean"}, True),
        ({"type": "array", "items": {"type": "string", "examples": ["x"]}}, ["x"]),
        ({"oneOf": [{"type": "null"}, {"type": "integer"}], "examples": [7]}, 7),
        ({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}},
          "required": ["b"]}, {"b": 1}),
    ],
)  # fmt: skip
def test_an_example_is_made_from_what_is_required(schema: dict[str, Any], example: Any) -> None:
    assert example_of(completed(SHAPES), schema) == example


def test_a_shape_that_holds_itself_comes_to_an_end() -> None:
    assert example_of(completed(SHAPES), {"$ref": "#/components/schemas/Tree"})["name"] == "text"
