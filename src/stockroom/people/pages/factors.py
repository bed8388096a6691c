"""One's own second factors in the browser, and taking away those of somebody who lost them (P4)."""

from typing import Any
from uuid import UUID

import segno
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.people import queries
from stockroom.people.actions import factors
from stockroom.people.actions.factors import NewPasskey, TotpCode
from stockroom.people.actions.prove import open_totp_secret
from stockroom.people.codes import groups_of, totp_address
from stockroom.people.errors import FactorMissing
from stockroom.people.pages.one_user import user_page
from stockroom.people.proofs import ground_of, is_required, place_of
from stockroom.people.web import settings_of
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import Refusal
from stockroom.platform.fields import convert, decode_json
from stockroom.platform.i18n import gettext as _
from stockroom.platform.pages import form_errors, page, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.sessions import Identity
from stockroom.platform.web import Needs, StepUp

AnyRequest = Request[Any, Any, State]
HOME = "/me/security"
LOOK: dict[str, Any] = {"guards": [Needs("")], "opt": {"enrol": True}, "include_in_schema": False}
OWN: dict[str, Any] = {
    "guards": [Needs(""), StepUp()],
    "opt": {"enrol": True, "unkept": True},
    "include_in_schema": False,
}


def _identity(request: AnyRequest) -> Identity:
    return scope_of(request).require_identity()


@get(HOME, **LOOK)
async def show_my_factors(request: AnyRequest) -> Response[Any]:
    return await _page(request, {}, None)


async def _page(request: AnyRequest, form: dict[str, str], refusal: Refusal | None) -> Response[bytes]:
    here, required = scope_of(request), is_required(request)
    found = await queries.read_factors(here.db, _identity(request).account_id, required=required)
    return page(
        request,
        "people/factors.html",
        status=200 if refusal is None else refusal.status,
        found=found,
        has_factor=found.app is not None or bool(found.passkeys),
        must_enrol=here.must_enrol,
        passkeys_possible=place_of(request) is not None,
        form=form,
        **form_errors(refusal),
    )


@get(f"{HOME}/totp", **OWN)
async def show_totp_setup(request: AnyRequest) -> Response[Any]:
    return await _setup(request, None)


@post(f"{HOME}/totp", status_code=303, **OWN)
async def begin_totp(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    here = scope_of(request)
    try:
        async with savepoint(db):
            await factors.begin_totp(db, identity=_identity(request), secret=here.secret, at=here.at)
    except Refusal as refusal:
        return await _page(request, {}, refusal)
    return redirect(request, f"{HOME}/totp")


async def _setup(request: AnyRequest, refusal: Refusal | None) -> Response[bytes]:
    here, identity = scope_of(request), _identity(request)
    sealed = await queries.find_pending_totp(here.db, identity.account_id)
    shown: dict[str, Any] = {"picture": "", "groups": []}
    if sealed is not None:
        secret = open_totp_secret(sealed, account_id=identity.account_id, secret=here.secret)
        issuer = settings_of(request).organisation
        address = totp_address(secret, username=identity.username, issuer=issuer)
        shown = {"picture": segno.make_qr(address).svg_data_uri(scale=5), "groups": groups_of(secret)}
    return page(
        request,
        "people/totp.html",
        status=200 if refusal is None else refusal.status,
        **shown,
        **form_errors(refusal),
    )


@post(f"{HOME}/totp/confirm", status_code=200, **OWN)
async def confirm_totp(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    identity, form = _identity(request), await read_form(request)
    try:
        async with savepoint(db):
            given = convert({"code": form.get("code", "")}, TotpCode)
            codes = await factors.confirm_totp(
                db, identity=identity, code=given.code, ground=ground_of(request), actor=actor
            )
    except FactorMissing as refusal:
        return await _page(request, {}, refusal)
    except Refusal as refusal:
        return await _setup(request, refusal)
    return _added(request, codes, _("The authenticator app is set up."))


@post(f"{HOME}/passkeys", status_code=200, **OWN)
async def add_passkey(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    """The browser's answer comes as JSON in the form's field ``passkey``."""
    identity, form = _identity(request), await read_form(request)
    try:
        async with savepoint(db):
            given = _typed_passkey(form)
            codes = await factors.add_passkey(
                db, identity=identity, given=given, ground=ground_of(request), actor=actor
            )
    except Refusal as refusal:
        return await _page(request, form, refusal)
    return _added(request, codes, _("The passkey is registered."))


def _typed_passkey(form: dict[str, str]) -> NewPasskey:
    """Raises Invalid."""
    answer = decode_json(form.get("passkey", "").encode() or b"{}", dict[str, Any])
    return convert({**answer, "name": form.get("name", "")}, NewPasskey)


def _added(request: AnyRequest, codes: list[str], words: str) -> Response[Any]:
    if not codes:
        return redirect(request, HOME, flash=words)
    return page(request, "people/recovery_codes.html", codes=codes, words=words)


@post(f"{HOME}/recovery-codes", status_code=200, **OWN)
async def renew_codes(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    identity, here = _identity(request), scope_of(request)
    try:
        async with savepoint(db):
            codes = await factors.renew_recovery_codes(db, identity=identity, secret=here.secret, actor=actor)
    except Refusal as refusal:
        return await _page(request, {}, refusal)
    return _added(request, codes, _("The codes you had before are worth nothing now."))


@post(f"{HOME}/totp/remove", status_code=303, **OWN)
async def remove_totp(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    identity = _identity(request)
    try:
        async with savepoint(db):
            await factors.remove_totp(db, identity=identity, required=is_required(request), actor=actor)
    except Refusal as refusal:
        return await _page(request, {}, refusal)
    return redirect(request, HOME, flash=_("The authenticator app is removed."))


@post(f"{HOME}/passkeys/{{passkey_id:uuid}}/remove", status_code=303, **OWN)
async def remove_passkey(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    passkey_id: FromPath[UUID],
) -> Response[Any]:
    identity = _identity(request)
    try:
        async with savepoint(db):
            await factors.remove_passkey(
                db, identity=identity, passkey_id=passkey_id, required=is_required(request), actor=actor
            )
    except Refusal as refusal:
        return await _page(request, {}, refusal)
    return redirect(request, HOME, flash=_("The passkey is removed."))


@post(
    "/users/{account_id:uuid}/factors/reset",
    guards=[Needs("people.password.write"), StepUp()],
    include_in_schema=False,
    status_code=303,
)
async def reset_user_factors(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    account_id: FromPath[UUID],
) -> Response[Any]:
    try:
        async with savepoint(db):
            await factors.reset_factors(db, account_id=account_id, actor=actor)
    except Refusal as refusal:
        return await user_page(request, db, account_id, refusal)
    words = _("The second factors are gone and the user is signed out everywhere.")
    return redirect(request, f"/users/{account_id}", flash=words)


ROUTES = [
    show_my_factors, show_totp_setup, begin_totp, confirm_totp, add_passkey, renew_codes, remove_totp,
    remove_passkey, reset_user_factors,
]  # fmt: skip
