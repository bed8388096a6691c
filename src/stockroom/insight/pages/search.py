"""The search: the palette's fragment and the page, over everything that the person may see."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from stockroom.insight import rules
from stockroom.insight.pages.words import BATCH_STATES, DOCUMENT_KINDS, GROUPS
from stockroom.insight.queries.search import Found
from stockroom.insight.reading import MOST_FOUND, AnyRequest, search_for, settings_of
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.i18n import day
from stockroom.platform.i18n import gettext as _
from stockroom.platform.pages import Renderer, page
from stockroom.platform.web import Needs


class Hit(msgspec.Struct, frozen=True):
    """Something found: its name, what tells it from others of that name, and its page."""

    title: str
    note: str
    url: str
    rank: int
    active: bool = True


class Group(msgspec.Struct, frozen=True):
    """The hits of one kind, the best first."""

    label: str
    hits: list[Hit]


@get("/palette", guards=[Needs("")], include_in_schema=False)
async def show_palette(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Without words: every page that the person may open."""
    q = request.query_params.get("q", "")
    return page(request, "insight/_palette.html", groups=await _groups(request, db, actor, q))


@get("/search", guards=[Needs("")], include_in_schema=False)
async def show_search(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    q = request.query_params.get("q", "").strip()
    return page(request, "insight/search.html", q=q, groups=await _groups(request, db, actor, q) if q else [])


async def _groups(request: AnyRequest, db: Connection, actor: Actor, q: str) -> list[Group]:
    """By their best hit; groups that fit equally well in their usual order."""
    hits: dict[str, list[Hit]] = {kind: [] for kind in GROUPS}
    hits["page"] = _pages(request, actor, q)
    for found in await search_for(request, db, actor, q):
        hits[found.kind].append(_hit(found, actor))
    groups = [Group(_(GROUPS[kind]), of_kind) for kind, of_kind in hits.items() if of_kind]
    return sorted(groups, key=lambda group: group.hits[0].rank)


def _pages(request: AnyRequest, actor: Actor, q: str) -> list[Hit]:
    """What the person may open, from the navigation and from what they may do; in their language."""
    renderer: Renderer = request.app.state.renderer
    named = [(item.label, item.url, item.permission, item.group) for item in renderer.nav]
    named += [(item.label, item.url, item.permission, "") for item in rules.ACTIONS]
    dispensing = settings_of(request).has_module("dispensing")
    hits: dict[str, Hit] = {}
    for label, url, permission, group in named:
        rank = rules.rank_of_label(_(label), q)
        if rank is not None and rules.may_open(actor, permission, dispensing=dispensing):
            hits.setdefault(url, Hit(_(label), _(group), url, rank))
    found = sorted(hits.values(), key=lambda hit: hit.rank)
    return found[:MOST_FOUND] if q.strip() else found


def _hit(found: Found, actor: Actor) -> Hit:
    url = rules.found_url(found.kind, found.id, found.note, actor)
    return Hit(found.title, _note(found), url, found.rank, found.active)


def _note(found: Found) -> str:
    """What is good to know before opening it, in the fewest words."""
    if found.kind == "patient":
        parts = [found.note, day(found.day), found.detail]
    elif found.kind == "batch":
        state = _(BATCH_STATES.get(found.detail, ""))
        parts = [state, found.note, _("expires %(day)s") % {"day": day(found.day)} if found.day else ""]
    elif found.kind == "document":
        parts = [_(DOCUMENT_KINDS[found.note]), day(found.day)]
    else:
        parts = [found.note]
    return " · ".join(part for part in [*parts, "" if found.active else _("archived")] if part)


ROUTES = [show_palette, show_search]
