"""Pages of API keys: one's own, and everybody's for those who may see them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.people import queries, rules
from stockroom.people.actions.keys import KeyInput, NewKey, create_key, revoke_key, rotate_key
from stockroom.people.pages.roles import matrix_words
from stockroom.people.queries.keys import KEYS, key_scope
from stockroom.people.web import settings_of
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import N_, Refusal
from stockroom.platform.fields import convert, structure
from stockroom.platform.i18n import gettext as _
from stockroom.platform.lists import fetch_page, parse_list
from stockroom.platform.pages import form_errors, form_version, is_htmx, page, query_of, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs, StepUp

AnyRequest = Request[Any, Any, State]
SIGNED_IN = [Needs("")]
PROVED = [*SIGNED_IN, StepUp()]
TELLS = {"secret_answer": True}
USUAL_DAYS = 90
STATES = {
    "working": (N_("Working"), "ok"),
    "expired": (N_("Expired"), "muted"),
    "revoked": (N_("Revoked"), "muted"),
    "stopped": (N_("Stopped"), "warn"),
}
"""The word of each state and its tone."""


@get("/me/keys", guards=SIGNED_IN, include_in_schema=False)
async def my_keys(request: AnyRequest) -> Response[Any]:
    return await _own(request, {}, None)


@post("/me/keys", guards=PROVED, opt=TELLS, include_in_schema=False, status_code=200)
async def make_key(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Answers with the secret itself: it goes into no redirect, no cookie and no kept answer."""
    here = scope_of(request)
    form: dict[str, Any] = {**await read_form(request)}
    form["scopes"] = [name for name in (await request.form()).getall("scopes", []) if isinstance(name, str)]
    try:
        async with savepoint(db):
            texts = {name: value for name, value in form.items() if isinstance(value, str)}
            given = convert({**structure(texts), "scopes": form["scopes"]}, KeyInput, strict=False)
            made = await create_key(
                db,
                key=given,
                owner=here.require_identity(),
                most_days=settings_of(request).api_key_days,
                actor=actor,
                at=here.at,
            )
    except Refusal as refusal:
        return await _own(request, form, refusal)
    return _told(request, made)


@post("/me/keys/{key_id:uuid}/rotate", guards=PROVED, opt=TELLS, include_in_schema=False, status_code=200)
async def rotate(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    key_id: FromPath[UUID],
) -> Response[Any]:
    here = scope_of(request)
    version = form_version(await read_form(request))
    try:
        async with savepoint(db):
            made = await rotate_key(
                db,
                key_id=key_id,
                owner=here.require_identity(),
                version=version,
                grace=timedelta(minutes=settings_of(request).api_key_grace_minutes),
                actor=actor,
                at=here.at,
            )
    except Refusal as refusal:
        return await _own(request, {}, refusal)
    return _told(request, made)


@post("/me/keys/{key_id:uuid}/revoke", guards=SIGNED_IN, include_in_schema=False, status_code=303)
async def revoke_mine(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    key_id: FromPath[UUID],
) -> Response[Any]:
    here = scope_of(request)
    await queries.get_key(db, key_id, account_id=here.require_identity().account_id, at=here.at)
    await revoke_key(db, key_id=key_id, actor=actor, at=here.at)
    return redirect(request, "/me/keys", flash=_("The key is revoked. It stopped at once."))


@get("/api-keys", guards=[Needs("people.key.read")], include_in_schema=False)
async def list_keys(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    asked = parse_list(KEYS, query_of(request))
    found = await fetch_page(db, KEYS, asked, scope=key_scope(actor, scope_of(request).at))
    template = "people/_keys.html" if is_htmx(request) else "people/keys.html"
    return page(request, template, found=found, asked=asked, states=STATES, words=rules.PERMISSIONS)


@post(
    "/api-keys/{key_id:uuid}/revoke",
    guards=[Needs("people.key.write")],
    include_in_schema=False,
    status_code=303,
)
async def revoke(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    key_id: FromPath[UUID],
) -> Response[Any]:
    await revoke_key(db, key_id=key_id, actor=actor, at=scope_of(request).at)
    return redirect(request, "/api-keys", flash=_("The key is revoked. It stopped at once."))


def _told(request: AnyRequest, made: NewKey) -> Response[bytes]:
    header = f"Authorization: Bearer {made.key.prefix}…"
    return page(request, "people/key_made.html", key=made.key, secret=made.secret, header=header)


async def _own(request: AnyRequest, form: dict[str, Any], refusal: Refusal | None) -> Response[bytes]:
    here, settings = scope_of(request), settings_of(request)
    today = here.at.date()
    usual = min(USUAL_DAYS, settings.api_key_days)
    told = form_errors(refusal)
    at_boxes = [text for name, text in told["errors"].items() if name.partition("-")[0] == "scopes"]
    if at_boxes:
        told["errors"]["scopes"] = at_boxes[0]
        told["summary"] = [item for item in told["summary"] if not item["name"].startswith("scopes")]
        told["summary"].append({"name": "scopes", "text": at_boxes[0]})
    may_be_given = here.actor.permissions - rules.NOT_FOR_KEYS
    return page(
        request,
        "people/my_keys.html",
        status=200 if refusal is None else refusal.status,
        keys=await queries.list_own_keys(here.db, here.require_identity().account_id, at=here.at),
        states=STATES,
        form={"expires_on": (today + timedelta(days=usual)).isoformat(), **form},
        first_day=(today + timedelta(days=1)).isoformat(),
        last_day=(today + timedelta(days=settings.api_key_days)).isoformat(),
        grace=settings.api_key_grace_minutes,
        chosen=set(form.get("scopes", [])),
        held=may_be_given,
        parts=rules.matrix(modules_on=settings.stockroom_modules, among=may_be_given),
        **matrix_words(),
        **told,
    )


ROUTES = [my_keys, make_key, rotate, revoke_mine, list_keys, revoke]
