"""The second page of signing in, and signing in with a passkey alone."""

from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.datastructures import State

from stockroom.people import queries
from stockroom.people.actions.prove import Proof
from stockroom.people.errors import CredentialsInvalid, TriesSpent
from stockroom.people.passkeys import PasskeyAnswer
from stockroom.people.proofs import enter_with_passkey, finish, place_of
from stockroom.people.web import set_session_cookie
from stockroom.platform.errors import Refusal, field_invalid
from stockroom.platform.fields import MESSAGES, convert, decode_json, read_json
from stockroom.platform.i18n import sentence
from stockroom.platform.pages import form_errors, own_path, page, read_form, redirect
from stockroom.platform.scope import scope_of

AnyRequest = Request[Any, Any, State]
T = TypeVar("T")
WAYS = ("totp", "recovery", "passkey", "password")


def second_factor_address(leads_to: str, **more: str) -> str:
    return "/sign-in/second-factor?" + urlencode({"next": leads_to, **more})


def typed_proof(form: Mapping[str, str], shape: type[T], *, asked: str) -> T:
    """A proof as a form carries it; what a passkey answered is JSON in its field. Raises Invalid."""
    raw: dict[str, Any] = {name: form[name] for name in WAYS if form.get(name)}
    if "passkey" in raw:
        raw["passkey"] = read_json(form["passkey"].encode())
    if not raw:
        raise field_invalid(f"/{asked}", "field.required", MESSAGES["field.required"])
    return convert(raw, shape)


def way_of(asked: str, ways: list[str]) -> str:
    """Which proof a page asks for: the one that was chosen, else the first there is."""
    return asked if asked in ways else ways[0]


@get("/sign-in/second-factor", opt={"public": True}, include_in_schema=False)
async def show_second_factor(request: AnyRequest) -> Response[Any]:
    here, address = scope_of(request), own_path(request.query_params.get("next", "/"))
    if here.identity is not None:
        return redirect(request, address)
    if here.pending is None:
        return redirect(request, "/sign-in?" + urlencode({"next": address}))
    return await _form(request, address, request.query_params.get("way", ""), None)


async def _form(request: AnyRequest, address: str, way: str, refusal: Refusal | None) -> Response[bytes]:
    here = scope_of(request)
    ways = [] if here.pending is None else (await queries.list_kinds(here.db, here.pending.account_id)).names
    if not ways or isinstance(refusal, TriesSpent | CredentialsInvalid):
        words = "" if refusal is None else sentence(refusal.sentence, refusal.facts)
        return redirect(request, "/sign-in?" + urlencode({"next": address}), flash=words, kind="danger")
    return page(
        request,
        "people/second_factor.html",
        status=200 if refusal is None else {401: 422}.get(refusal.status, refusal.status),
        next=address,
        way=way_of(way, ways),
        ways=ways,
        links={name: second_factor_address(address, way=name) for name in ways},
        **form_errors(refusal),
    )


@post(
    "/sign-in/second-factor",
    opt={"public": True, "transaction": "own"},
    include_in_schema=False,
    status_code=303,
)
async def do_second_factor(request: AnyRequest) -> Response[Any]:
    form = await read_form(request)
    address, way = own_path(form.get("next", "/")), form.get("way", "totp")
    try:
        await finish(request, typed_proof(form, Proof, asked=way))
    except Refusal as refusal:
        return await _form(request, address, way, refusal)
    return _let_in(request, address)


@post(
    "/sign-in/passkey",
    opt={"public": True, "limit": "login", "transaction": "own"},
    include_in_schema=False,
    status_code=303,
)
async def do_passkey(request: AnyRequest) -> Response[Any]:
    form = await read_form(request)
    address = own_path(form.get("next", "/"))
    try:
        await enter_with_passkey(request, decode_json(form.get("passkey", "").encode(), PasskeyAnswer))
    except Refusal as refusal:
        return page(
            request,
            "people/sign_in.html",
            status=422,
            next=address,
            login="",
            passkeys=place_of(request) is not None,
            **form_errors(refusal),
        )
    return _let_in(request, address)


def _let_in(request: AnyRequest, address: str) -> Response[Any]:
    response = redirect(request, address)
    set_session_cookie(request, response)
    return response


ROUTES = [show_second_factor, do_second_factor, do_passkey]
