"""One's own account in the browser: profile, password, sessions; theme and language for visitors too."""

from typing import Any, Literal
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.people import queries
from stockroom.people.actions import profile
from stockroom.people.actions.profile import LanguageChoice, PasswordChange, ProfileInput, ThemeChoice
from stockroom.people.choosing import LATE, change_own_password
from stockroom.people.pages.access import new_password_words, typed_passwords
from stockroom.people.queries.accounts import Account
from stockroom.people.rules import device_words, zones_by_area
from stockroom.people.web import choice_cookie, open_sessions, set_session_cookie, settings_of, take_over
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import Refusal
from stockroom.platform.fields import convert, structure
from stockroom.platform.files.rows import find_photo
from stockroom.platform.i18n import gettext as _
from stockroom.platform.i18n import set_language, zone_names
from stockroom.platform.pages import form_errors, form_version, own_path, page, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs

AnyRequest = Request[Any, Any, State]
SIGNED_IN = [Needs("")]
Part = Literal["profile", "password", "photo"]


@get("/me", guards=SIGNED_IN, include_in_schema=False)
async def show_me(request: AnyRequest) -> Response[Any]:
    return await my_page(request, None, {}, None)


@post("/me/profile", guards=SIGNED_IN, include_in_schema=False, status_code=303)
async def change_profile(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    identity = scope_of(request).require_identity()
    form = await read_form(request)
    version = form_version(form)
    try:
        async with savepoint(db):
            given = convert(structure(form), ProfileInput, strict=False)
            await profile.update_profile(db, identity=identity, profile=given, version=version, actor=actor)
    except Refusal as refusal:
        return await my_page(request, "profile", form, refusal)
    return redirect(request, "/me", flash=_("Saved."))


@post(
    "/me/password", guards=SIGNED_IN, opt={"unkept": True, **LATE}, include_in_schema=False, status_code=303
)
async def change_my_password(request: AnyRequest) -> Response[Any]:
    form = await read_form(request)
    try:
        change = convert(typed_passwords(form, "old_password", "password"), PasswordChange)
        _ended, renewed = await change_own_password(request, change)
    except Refusal as refusal:
        return await my_page(request, "password", {}, refusal)
    await take_over(request, renewed)
    response = redirect(
        request,
        "/me",
        flash=_("Your password is changed. You are signed out everywhere else, and your API keys stopped."),
    )
    set_session_cookie(request, response)
    return response


@post("/me/sessions/{session_id:uuid}/end", guards=SIGNED_IN, include_in_schema=False, status_code=303)
async def end_my_session(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    session_id: FromPath[UUID],
) -> Response[Any]:
    identity = scope_of(request).require_identity()
    await profile.end_session(db, identity=identity, session_id=session_id, actor=actor)
    return redirect(request, "/me", flash=_("That session has ended."))


@post("/me/sessions/end", guards=SIGNED_IN, include_in_schema=False, status_code=303)
async def end_my_other_sessions(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    identity = scope_of(request).require_identity()
    await profile.end_other_sessions(db, identity=identity, actor=actor)
    return redirect(request, "/me", flash=_("You are signed out everywhere else."))


@post("/me/theme", opt={"public": True}, include_in_schema=False, status_code=303)
async def choose_theme(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    """The device remembers it too, so that the sign-in page looks the same."""
    form = await read_form(request)
    given = convert({"theme": form.get("theme", "")}, ThemeChoice)
    here = scope_of(request)
    if (identity := here.identity) is not None and here.key is None:
        await profile.choose_theme(db, identity=identity, choice=given, actor=actor)
    response = redirect(request, own_path(form.get("next", "/")))
    response.set_cookie(choice_cookie(request, "theme", given.theme))
    return response


@post("/me/language", opt={"public": True}, include_in_schema=False, status_code=303)
async def choose_language(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await read_form(request)
    given = convert({"language": form.get("language", "")}, LanguageChoice)
    here = scope_of(request)
    if (identity := here.identity) is not None and here.key is None:
        await profile.choose_language(db, identity=identity, choice=given, actor=actor)
    set_language(given.language)
    response = redirect(request, own_path(form.get("next", "/")))
    response.set_cookie(choice_cookie(request, "language", given.language))
    return response


def _texts(account: Account) -> dict[str, str]:
    return {
        "name": account.name,
        "email": account.email,
        "phone": account.phone,
        "time_zone": account.time_zone or "",
    }


def _zones() -> list[dict[str, Any]]:
    return [{"label": _(area), "options": options} for area, options in zones_by_area(zone_names()).items()]


async def my_page(
    request: AnyRequest, part: Part | None, form: dict[str, str], refusal: Refusal | None
) -> Response[bytes]:
    """The whole page; the form that was refused is shown as it was typed, with its messages."""
    here = scope_of(request)
    account = await queries.get_account(here.db, here.require_identity().account_id)
    return page(
        request,
        "people/me.html",
        status=200 if refusal is None else refusal.status,
        account=account,
        photo=await find_photo(here.db, "account", account.id),
        part=part,
        form=form if part == "profile" else _texts(account),
        sessions=await open_sessions(request),
        device=device_words,
        zones=_zones(),
        own_zone=settings_of(request).timezone,
        **new_password_words(request),
        **form_errors(refusal),
    )


ROUTES = [
    show_me, change_profile, change_my_password, end_my_session, end_my_other_sessions, choose_theme,
    choose_language,
]  # fmt: skip
