"""The API's description for programs (``/api/openapi.json``) and for people (``/api/docs``)."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import msgspec
from litestar import Request, get
from litestar.enums import MediaType
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.openapi.spec import Components, Schema, SecurityScheme
from litestar.openapi.spec.enums import OpenAPIType
from litestar.plugins import OpenAPISchemaPlugin
from litestar.router import Router
from litestar.typing import FieldDefinition

from stockroom import __version__
from stockroom.platform import csrf
from stockroom.platform.api_schema import (
    CSRF,
    DEEPEST,
    JSON_BODY,
    KEY,
    METHODS,
    SESSION,
    Json,
    completed,
    parts,
    resolved,
)
from stockroom.platform.errors import NotFound
from stockroom.platform.pages import DOCS, Renderer
from stockroom.platform.scope import scope_of
from stockroom.platform.sessions import session_cookie_name

if TYPE_CHECKING:
    from litestar._openapi.schema_generation import SchemaCreator  # the name of a parameter of theirs

AnyRequest = Request[Any, Any, Any]
FILE = "/openapi.json"
DESCRIPTION = (
    "Sign in at POST /api/auth/login: the answer sets the session cookie and carries `csrf_token`, which"
    " every change sends in X-CSRF-Token. Programs send an API key instead (`Authorization: Bearer srk_…`, made"
    " under My API keys), and then neither cookie nor token. Refusals are RFC 9457 problems with a stable `code`."
    " A change sends the version it saw in If-Match (from ETag), and may send an Idempotency-Key so that a"
    " repeat has one effect."
)


class DecimalsAreNumbers(OpenAPISchemaPlugin):
    """Quantities and money go in and out as exact JSON numbers; the generator would call them texts."""

    @staticmethod
    def is_plugin_supported_type(value: Any) -> bool:
        return value is Decimal

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: "SchemaCreator") -> Schema:
        return Schema(type=OpenAPIType.NUMBER)


class Field(msgspec.Struct, frozen=True):
    """A line of a table: a parameter, or a field of a body (``lines[].quantity``)."""

    name: str
    kind: str
    required: bool
    note: str
    where: str = ""


class Endpoint(msgspec.Struct, frozen=True):
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Field]
    body: list[Field]
    example: str
    answers: list[tuple[str, str, str]]


class Description:
    """The completed schema and its views, made once for an application."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        whole = msgspec.json.decode(msgspec.json.encode(schema, enc_hook=str))
        self.schema: Json = completed(whole)
        self.file = msgspec.json.encode(self.schema)
        self.tags = endpoints_by_tag(self.schema)
        self.shapes = shapes_of(self.schema)


class DescribedPlugin(OpenAPIRenderPlugin):
    """Both plugins read one description."""

    def description(self, request: AnyRequest, schema: Mapping[str, Any]) -> Description:
        state = request.app.state
        if getattr(state, "api_description", None) is None:
            state.api_description = Description(schema)
        return state.api_description


class SchemaFile(DescribedPlugin):
    def render(self, request: AnyRequest, openapi_schema: dict[str, Any]) -> bytes:
        return self.description(request, openapi_schema).file


class DocsPage(DescribedPlugin):
    """For signed-in people. Raises Unauthenticated."""

    def render(self, request: AnyRequest, openapi_schema: dict[str, Any]) -> bytes:
        scope_of(request).require_identity()
        found = self.description(request, openapi_schema)
        renderer: Renderer = request.app.state.renderer
        context = {"tags": found.tags, "shapes": found.shapes, "intro": DESCRIPTION}
        return renderer.render(request, "api_docs.html", context).encode()


def openapi_config(*, secure: bool) -> OpenAPIConfig:
    """What all operations share, and where the description is served."""
    cookie = SecurityScheme(
        type="apiKey",
        security_scheme_in="cookie",
        name=session_cookie_name(secure=secure),
        description="Set by POST /api/auth/login.",
    )
    token = SecurityScheme(
        type="apiKey",
        security_scheme_in="header",
        name=csrf.HEADER,
        description="`csrf_token` of POST /api/auth/login or GET /api/auth/me; for every change.",
    )
    key = SecurityScheme(
        type="http",
        scheme="bearer",
        description="An API key (`srk_…`), for the operations that its scopes allow. Never beside a session.",
    )
    return OpenAPIConfig(
        title="Stockroom",
        version=__version__,
        description=DESCRIPTION,
        components=Components(security_schemes={SESSION: cookie, CSRF: token, KEY: key}),
        openapi_router=Router(DOCS, route_handlers=[], include_in_schema=False, before_request=_only_ours),
        render_plugins=[
            DocsPage(path="/", media_type=MediaType.HTML),
            SchemaFile(path=FILE, media_type=MediaType.JSON),
        ],
    )


def _only_ours(request: AnyRequest) -> None:
    """Other paths below get our own answer. Raises NotFound."""
    if request.url.path.rstrip("/") not in (DOCS, DOCS + FILE):
        raise NotFound


@get(
    "/api/openapi.json",
    include_in_schema=False,
    opt={"public": True},
    media_type=MediaType.JSON,
    sync_to_thread=False,
)
def openapi_file(request: AnyRequest) -> bytes:
    """The same file at the address where generators look first."""
    plugin = SchemaFile(path=FILE, media_type=MediaType.JSON)
    return plugin.render(request, request.app.openapi_schema.to_schema())


def endpoints_by_tag(schema: Json) -> list[tuple[str, list[Endpoint]]]:
    groups: dict[str, list[Endpoint]] = {}
    for path, item in schema["paths"].items():
        for method in METHODS:
            if method in item:
                operation: Json = item[method]
                tag = next(iter(operation.get("tags", [])), "Other")
                groups.setdefault(tag, []).append(_endpoint(schema, method, path, operation))
    return sorted(groups.items())


def _endpoint(schema: Json, method: str, path: str, operation: Json) -> Endpoint:
    body = operation.get("requestBody", {}).get("content", {}).get(JSON_BODY, {})
    example = body.get("example")
    return Endpoint(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        parameters=[_parameter(schema, item) for item in operation.get("parameters", [])],
        body=list(_fields(schema, body["schema"])) if body else [],
        example="" if example is None else _pretty(example),
        answers=[
            (status, answer.get("description", ""), _shape_name(answer))
            for status, answer in operation.get("responses", {}).items()
        ],
    )


def _parameter(schema: Json, item: Json) -> Field:
    kind = kind_of(schema, item.get("schema", {}))
    return Field(item["name"], kind, item.get("required", False), item.get("description", ""), item["in"])


def _shape_name(answer: Json) -> str:
    for content in answer.get("content", {}).values():
        found: Json = content.get("schema", {})
        first = next(iter(parts(found)), found)
        return str(first.get("$ref", "")).rpartition("/")[2]
    return ""


def shapes_of(schema: Json) -> list[tuple[str, list[Field]]]:
    """Every named shape with its fields."""
    shapes: Json = schema["components"]["schemas"]
    return [(name, list(_fields(schema, shape, deep=False))) for name, shape in sorted(shapes.items())]


def _fields(
    schema: Json, shape: Json, prefix: str = "", *, deep: bool = True, depth: int = 0
) -> Iterator[Field]:
    found = resolved(schema, shape)
    required: Sequence[str] = found.get("required", [])
    for name, inner in found.get("properties", {}).items():
        kind = kind_of(schema, inner)
        yield Field(prefix + name, kind, name in required, _limits(resolved(schema, inner)))
        target = resolved(schema, inner)
        item: Json = target.get("items", {}) if target.get("type") == "array" else target
        if deep and depth < DEEPEST and "properties" in resolved(schema, item):
            mark = "[]." if target.get("type") == "array" else "."
            yield from _fields(schema, item, prefix + name + mark, depth=depth + 1)


def kind_of(schema: Json, shape: Json) -> str:
    """``string (uuid)``, ``list of Line``, ``integer or null``: the type in a few words."""
    if "$ref" in shape:
        return shape["$ref"].rpartition("/")[2]
    if "allOf" in shape:
        return kind_of(schema, shape["allOf"][0])
    choices: Sequence[Json] = shape.get("oneOf") or shape.get("anyOf") or ()
    if choices:
        return " or ".join(dict.fromkeys(kind_of(schema, choice) for choice in choices))
    kind = shape.get("type", "any")
    if kind == "array":
        return f"list of {kind_of(schema, shape.get('items', {}))}"
    kinds = cast("list[str]", kind) if isinstance(kind, list) else [str(kind)]
    words = " or ".join(sorted(kinds, key="null".__eq__))
    return f"{words} ({shape['format']})" if "format" in shape else words


def _limits(shape: Json) -> str:
    words = {
        "minLength": "at least {} characters",
        "maxLength": "at most {} characters",
        "minimum": "from {}",
        "exclusiveMinimum": "more than {}",
        "maximum": "to {}",
        "exclusiveMaximum": "less than {}",
        "maxItems": "at most {} items",
    }
    said = [text.format(shape[name]) for name, text in words.items() if name in shape]
    if shape.get("enum"):
        said.append("one of " + ", ".join(str(value) for value in shape["enum"] if value is not None))
    if shape.get("description"):
        said.insert(0, str(shape["description"]))
    return "; ".join(said)


def _pretty(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
