"""Pages that post stock: transfer, issue, adjust, dispose. They work without JavaScript too."""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import N_, Refusal
from stockroom.platform.fields import StructInput, convert, structure
from stockroom.platform.i18n import gettext as _
from stockroom.platform.pages import form_errors, page, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs
from stockroom.stock import rules
from stockroom.stock.actions.adjust import AdjustmentInput, adjust_stock
from stockroom.stock.actions.issue import DisposalInput, IssueInput, dispose_stock, issue_stock
from stockroom.stock.actions.post import Posted
from stockroom.stock.actions.transfer import TransferInput, transfer_stock
from stockroom.stock.pages.posting_form import (
    as_uuid,
    count_in_base_units,
    prefilled,
    resolve_lines,
    show_lines,
    typed_lines,
    without_line,
)
from stockroom.stock.pages.words import SKIPPED
from stockroom.stock.queries.places import list_place_choices

AnyRequest = Request[Any, Any, State]
Post = Callable[[Connection, Any, Actor, datetime], Awaitable[Posted]]
PICKER = re.compile(r"(lines-\d+-(?:product|batch))_(?:id|code)")
"""What is wrong with a chosen id is shown at the field where it is chosen."""

REDRAWS = ("add_line", "remove_line", "check")


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of posting: where it stands, who may, what it is made of, and its words."""

    path: str
    permission: str
    title: str
    button: str
    flash: str
    shape: type[StructInput]
    post: Post
    list_path: str
    from_field: str = "place_id"
    reasons: Mapping[str, str] = {}
    differences: bool = False


WORKS = (
    Work(
        path="/transfer",
        permission="stock.transfer.post",
        title=N_("Transfer"),
        button=N_("Post the transfer"),
        flash=N_("Transfer %(number)s is posted."),
        shape=TransferInput,
        post=lambda db, data, actor, at: transfer_stock(db, transfer=data, actor=actor, at=at),
        list_path="/transfers",
        from_field="from_place_id",
    ),
    Work(
        path="/issue",
        permission="stock.issue.post",
        title=N_("Issue"),
        button=N_("Post the issue"),
        flash=N_("Issue %(number)s is posted."),
        shape=IssueInput,
        post=lambda db, data, actor, at: issue_stock(db, issue=data, actor=actor, at=at),
        list_path="/issues",
    ),
    Work(
        path="/adjust",
        permission="stock.adjustment.post",
        title=N_("Adjust stock"),
        button=N_("Post the adjustment"),
        flash=N_("Adjustment %(number)s is posted."),
        shape=AdjustmentInput,
        post=lambda db, data, actor, at: adjust_stock(db, adjustment=data, actor=actor, at=at),
        list_path="/adjustments",
        reasons=rules.ADJUSTMENT_REASONS,
        differences=True,
    ),
    Work(
        path="/dispose",
        permission="stock.adjustment.post",
        title=N_("Dispose"),
        button=N_("Post the disposal"),
        flash=N_("Disposal %(number)s is posted."),
        shape=DisposalInput,
        post=lambda db, data, actor, at: dispose_stock(db, disposal=data, actor=actor, at=at),
        list_path="/disposals",
        reasons=rules.DISPOSAL_REASONS,
    ),
)


def _routes(work: Work) -> list[HTTPRouteHandler]:
    @get(work.path, guards=[Needs(work.permission)], include_in_schema=False)
    async def show(
        request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
    ) -> Response[Any]:
        form = prefilled(request.query_params)
        return await _form(request, db, actor, work, form, None)

    @post(work.path, guards=[Needs(work.permission)], include_in_schema=False, status_code=303)
    async def submit(
        request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
    ) -> Response[Any]:
        form = await read_form(request)
        if any(name in form for name in REDRAWS):
            return await _redraw(request, db, actor, work, form)
        try:
            async with savepoint(db):
                resolved = await resolve_lines(db, form, new_batches=work.differences)
                counted = await count_in_base_units(db, resolved)
                data = convert(structure(counted), work.shape, strict=False)
                posted = await work.post(db, data, actor, scope_of(request).at)
        except Refusal as refusal:
            return await _form(request, db, actor, work, form, refusal)
        flash = _(work.flash) % {"number": posted.number}
        return redirect(request, f"/documents/{posted.id}", flash=flash)

    return [show, submit]


async def _redraw(
    request: AnyRequest, db: Connection, actor: Actor, work: Work, form: dict[str, str]
) -> Response[bytes]:
    """Without JavaScript: a line more, a line less, or the batches that would be taken. Nothing is posted,
    so the key of the posting stays unused and a new one is given."""
    form.pop("idempotency_key", None)
    if "remove_line" in form:
        form = without_line(form, form["remove_line"])
    try:
        form = await resolve_lines(db, form, new_batches=work.differences)
    except Refusal as refusal:
        return await _form(request, db, actor, work, form, refusal)
    return await _form(request, db, actor, work, form, None, blank="add_line" in form)


async def _form(
    request: AnyRequest,
    db: Connection,
    actor: Actor,
    work: Work,
    form: dict[str, str],
    refusal: Refusal | None,
    *,
    blank: bool = False,
) -> Response[bytes]:
    places = await list_place_choices(db, actor)
    form.setdefault(work.from_field, str(places[0].id) if places else "")
    place_id: UUID | None = as_uuid(form[work.from_field])
    lines = await show_lines(
        db, form, place_id=place_id, on=scope_of(request).at.date(), actor=actor,
        allocate=not work.differences,
    )  # fmt: skip
    said = form_errors(refusal)
    for item in said["summary"]:
        item["name"] = PICKER.sub(r"\1", item["name"])
    return page(
        request,
        "stock/posting_form.html",
        status=200 if refusal is None else refusal.status,
        work=work,
        form=form,
        lines=[line for line in lines if line.typed],
        blank=blank or not typed_lines(form),
        places=places,
        skipped_words=SKIPPED,
        **said,
    )


ROUTES = [route for work in WORKS for route in _routes(work)]
