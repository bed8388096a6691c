"""Proving once more who one is, and going on where one was: nothing that was typed is lost."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State

from stockroom.people import queries
from stockroom.people.actions.prove import StepUpProof
from stockroom.people.errors import TriesSpent
from stockroom.people.pages.second_factor import typed_proof, way_of
from stockroom.people.proofs import prove_again
from stockroom.platform.errors import N_, Invalid, Refusal, StepUpRequired
from stockroom.platform.fields import decode_json
from stockroom.platform.i18n import gettext as _
from stockroom.platform.pages import form_errors, own_path, page, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs

AnyRequest = Request[Any, Any, State]
Pairs = list[tuple[str, str]]
NOT_CARRIED = frozenset({"csrf_token"})
PASSWORD_WORDS = {
    "old_password": N_("Present password"),
    "password": N_("Password"),
    "password_repeat": N_("Password again"),
}
"""Never written into a page again: whoever typed one types it once more."""


@get("/step-up", guards=[Needs("")], opt={"enrol": True}, include_in_schema=False)
async def show_step_up(request: AnyRequest) -> Response[Any]:
    address = own_path(request.query_params.get("next", "/"))
    return await _form(request, address, None, request.query_params.get("way", ""), None)


@post(
    "/step-up/typed",
    guards=[Needs("")],
    opt={"enrol": True, "unkept": True},
    include_in_schema=False,
    status_code=403,
)
async def keep_typed(request: AnyRequest) -> Response[Any]:
    """A form that was sent where a step-up was owed arrives here, and is sent on after it."""
    address = own_path(request.query_params.get("next", "/"))
    form = await request.form()
    typed = [
        (name, "" if name in PASSWORD_WORDS else value)
        for name, value in form.multi_items()
        if isinstance(value, str) and name not in NOT_CARRIED
    ]
    return await _form(request, address, typed, "", StepUpRequired())


@post(
    "/step-up",
    guards=[Needs("")],
    opt={"enrol": True, "transaction": "own"},
    include_in_schema=False,
    status_code=303,
)
async def do_step_up(request: AnyRequest) -> Response[Any]:
    form = await read_form(request)
    address, way = own_path(form.get("next", "/")), form.get("way", "")
    typed = _typed(form.get("typed", ""))
    try:
        await prove_again(request, typed_proof(form, StepUpProof, asked=way or "totp"))
    except TriesSpent:
        return redirect(request, "/sign-in", flash=_("Too many wrong answers. Sign in again."), kind="danger")
    except Refusal as refusal:
        return await _form(request, address, typed, way, refusal)
    if typed is not None:
        return _send_again(request, address, typed)
    return redirect(request, own_path(_back(address)), flash=_("Thank you. You can go on now."))


def _typed(text: str) -> Pairs | None:
    """What was carried along; None where nothing was sent yet."""
    if not text:
        return None
    try:
        return decode_json(text.encode(), list[tuple[str, str]])
    except Invalid:
        return None


def _back(address: str) -> str:
    """Where the person was: a file that is downloaded leaves them on the page with its link."""
    path, _separator, query = address.partition("?")
    if not path.endswith("/export"):
        return address
    kept = urlencode([pair for pair in parse_qsl(query) if pair[0] != "format"])
    return path.removesuffix("/export") + (f"?{kept}" if kept else "")


def _send_again(request: AnyRequest, address: str, typed: Pairs) -> Response[bytes]:
    return page(
        request,
        "people/send_again.html",
        status=200,
        address=address,
        typed=[pair for pair in typed if pair[0] not in PASSWORD_WORDS],
        passwords=[
            {"name": name, "label": _(PASSWORD_WORDS[name])}
            for name, _value in typed
            if name in PASSWORD_WORDS
        ],
    )


async def _form(
    request: AnyRequest, address: str, typed: Pairs | None, way: str, refusal: Refusal | None
) -> Response[bytes]:
    here = scope_of(request)
    identity = here.require_identity()
    kinds = await queries.list_kinds(here.db, identity.account_id)
    ways = kinds.names or ["password"]
    told = None if isinstance(refusal, StepUpRequired) else refusal
    return page(
        request,
        "people/step_up.html",
        status=_status_of(refusal),
        next=address,
        typed="" if typed is None else msgspec.json.encode(typed).decode(),
        way=way_of(way, ways),
        ways=ways,
        links={name: "/step-up?" + urlencode({"next": address, "way": name}) for name in ways},
        username=identity.username,
        **form_errors(told),
    )


def _status_of(refusal: Refusal | None) -> int:
    """A wrong answer is wrong input here; nobody is sent to the sign-in page for it."""
    return 200 if refusal is None else {401: 422}.get(refusal.status, refusal.status)


ROUTES = [show_step_up, keep_typed, do_step_up]
