"""The page where medicines are given to a patient."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from stockroom.dispensing.actions.dispense import dispense
from stockroom.dispensing.actions.dispensing_input import DispensingInput
from stockroom.dispensing.actions.preview import Preview, preview_dispensing
from stockroom.dispensing.errors import WarningsUnanswered
from stockroom.dispensing.pages.prefill import prefilled, read_panel
from stockroom.dispensing.pages.typed import BLANK, TypedDispensing, read_typed
from stockroom.dispensing.web import AnyRequest, shown_warning, words
from stockroom.platform.access import Actor
from stockroom.platform.cookies import cookie
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import NotFound, Refusal
from stockroom.platform.fields import convert
from stockroom.platform.i18n import gettext as _
from stockroom.platform.pages import form_errors, page, read_cookie, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs
from stockroom.stock import list_place_choices

PLACE_COOKIE = "dispense_place"
YEAR = 365 * 24 * 3600


@get("/dispense", guards=[Needs("dispensing.dispensing.post")], include_in_schema=False)
async def new_dispensing(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    """``?patient_id=``, ``?product_id=`` or ``?owed=`` (a dispensing whose rest is given) fill the form."""
    form, panel = await prefilled(request, actor)
    return await _form(request, db, actor, await read_typed(db, form, actor), panel=panel)


@get("/dispense/patient", guards=[Needs("dispensing.dispensing.post")], include_in_schema=False)
async def show_panel(request: AnyRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """Allergies, what was given last and what is owed; reading it is logged."""
    try:
        patient_id = UUID(request.query_params.get("patient_id", ""))
    except ValueError:
        raise NotFound from None
    panel = await read_panel(request, patient_id, actor)
    return page(request, "dispensing/_panel.html", panel=panel, **words(request))


@post(
    "/dispense/preview",
    guards=[Needs("dispensing.dispensing.post")],
    include_in_schema=False,
    status_code=200,
)
async def preview(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    """The batches of each line and the warnings, for what is written so far. Writes nothing."""
    typed = await read_typed(db, await read_form(request), actor)
    previews, seen = await _previews(request, db, actor, typed)
    return page(
        request,
        "dispensing/_preview.html",
        previews=previews,
        lines=typed.lines,
        warnings=_warnings(typed, seen),
        errors={},
        **words(request),
    )


@post("/dispense", guards=[Needs("dispensing.dispensing.post")], include_in_schema=False, status_code=303)
async def add_dispensing(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await read_form(request)
    typed = await read_typed(db, form, actor)
    if {"add_line", "remove_line", "check"} & form.keys():
        return await _form(request, db, actor, typed)
    at = scope_of(request).at
    _numbers, seen = await _previews(request, db, actor, typed)
    try:
        async with savepoint(db):
            raw = typed.as_input(() if seen is None else seen.warnings)
            dispensing = convert(raw, DispensingInput, strict=False)
            posted = await dispense(db, dispensing=dispensing, actor=actor, at=at)
    except Refusal as refusal:
        return await _form(request, db, actor, typed, refusal)
    flash = _("%(number)s is posted.") % {"number": posted.number}
    return _remember(
        request, redirect(request, f"/dispensings/{posted.id}", flash=flash), dispensing.place_id
    )


async def _previews(
    request: AnyRequest, db: Connection, actor: Actor, typed: TypedDispensing
) -> tuple[dict[int, Any], Preview | None]:
    """By the number of the line. Nothing where place or patient are wrong: posting says so at the field."""
    asked = typed.as_preview()
    if asked is None:
        return {}, None
    numbers, wanted = asked
    if not numbers:
        return {}, None
    try:
        seen = await preview_dispensing(db, preview=wanted, actor=actor, at=scope_of(request).at)
    except Refusal:
        return {}, None
    return dict(zip(numbers, seen.lines, strict=True)), seen


def _warnings(typed: TypedDispensing, seen: Preview | None) -> list[dict[str, Any]]:
    if seen is None:
        return []
    return [
        {
            "code": warned.code,
            "field": f"reason-{warned.code}-{warned.product_id}",
            "sentence": shown_warning(warned).sentence,
            "reason": typed.reason(warned),
        }
        for warned in seen.warnings
    ]


async def _form(
    request: AnyRequest,
    db: Connection,
    actor: Actor,
    typed: TypedDispensing,
    refusal: Refusal | None = None,
    *,
    panel: Any = None,
) -> Response[bytes]:
    places = await list_place_choices(db, actor)
    if not typed.form.get("place_id") and places:
        remembered = read_cookie(request, PLACE_COOKIE)
        known = [str(place.id) for place in places]
        typed.form["place_id"] = remembered if remembered in known else known[0]
    previews, seen = await _previews(request, db, actor, typed)
    warnings = _warnings(typed, seen)
    if refusal is not None:
        typed.put_on_the_form(refusal)
    shown = form_errors(refusal)
    if isinstance(refusal, WarningsUnanswered):
        missing = _("Write the reason.")
        open_ones = [item["field"] for item in warnings if not item["reason"]]
        shown["errors"].update(dict.fromkeys(open_ones, missing))
        shown["summary"] = [{"name": open_ones[0] if open_ones else "", "text": shown["errors"][""]}]
    return page(
        request,
        "dispensing/dispense.html",
        status=200 if refusal is None else refusal.status,
        form=typed.form,
        lines=typed.lines or {0: dict(BLANK)},
        blank=BLANK,
        products={str(key): product for key, product in typed.products.items()},
        packs={str(key): packs for key, packs in typed.packs.items()},
        places=[{"value": place.id, "label": place.name} for place in places],
        previews=previews,
        warnings=warnings,
        panel=panel,
        **words(request),
        **shown,
    )


def _remember(request: AnyRequest, response: Redirect, place_id: UUID) -> Redirect:
    """The next dispensing starts from the same place."""
    secure = request.app.state.settings.secure_cookies
    response.set_cookie(cookie(PLACE_COOKIE, str(place_id), secure=secure, max_age=YEAR))
    return response


ROUTES = [new_dispensing, show_panel, preview, add_dispensing]
