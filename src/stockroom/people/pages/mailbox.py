"""The mail of a trial installation without a mail server, for its administrator. Registered nowhere else."""

from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from stockroom.people.web import settings_of
from stockroom.platform.errors import N_
from stockroom.platform.mail.mailbox import get_from_mailbox, list_mailbox
from stockroom.platform.pages import NavItem, page
from stockroom.platform.web import Needs

AnyRequest = Request[Any, Any, State]
READS = [Needs("platform.mail.read")]


@get("/mailbox", guards=READS, include_in_schema=False)
async def show_mailbox(request: AnyRequest) -> Response[Any]:
    messages = await list_mailbox(settings_of(request).mailbox)
    return page(request, "people/mailbox.html", messages=messages)


@get("/mailbox/{name:str}", guards=READS, include_in_schema=False)
async def show_message(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    message = await get_from_mailbox(settings_of(request).mailbox, name)
    return page(request, "people/mail.html", message=message)


ROUTES = [show_mailbox, show_message]
NAV = [NavItem(N_("System"), N_("Mailbox"), "/mailbox", "mail", "platform.mail.read", 96)]
