"""Help: how the daily work is done, for what this person may do; and the keys (P29)."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from stockroom.insight.reading import AnyRequest, settings_of
from stockroom.platform.access import Actor
from stockroom.platform.pages import page
from stockroom.platform.web import Needs


@get("/help", guards=[Needs("")], include_in_schema=False)
async def show_help(request: AnyRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    return page(
        request,
        "insight/help.html",
        dispensing=settings_of(request).has_module("dispensing"),
        bound=actor.departments is not None,
    )


ROUTES = [show_help]
