"""The check of everything, for those who look after the system."""

import asyncio
from typing import Any

from litestar import Response, get

from stockroom.insight import rules
from stockroom.insight.queries.verify import ON_REQUEST_WITHIN
from stockroom.insight.reading import AnyRequest, settings_of, verified
from stockroom.platform.anchors import last_anchor
from stockroom.platform.pages import page
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs


@get("/verify", guards=[Needs("platform.audit.read")], include_in_schema=False)
async def show_verification(request: AnyRequest) -> Response[Any]:
    """Checks while the page is asked for; the whole within a bound, so that it cannot hold a connection up."""
    anchors = settings_of(request).audit_anchor_file
    report = await verified(request)
    return page(
        request,
        "insight/verify.html",
        report=report,
        anchors=anchors,
        last=None if anchors is None else await asyncio.to_thread(last_anchor, anchors),
        words=rules.CHECKS,
        at=scope_of(request).at,
        seconds=ON_REQUEST_WITHIN.seconds,
    )


ROUTES = [show_verification]
