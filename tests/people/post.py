"""The mail that an application under test has sent: its mailbox folder, read after the outbox is empty."""

import re

from litestar import Litestar

from stockroom.platform.mail.mailbox import Kept, list_mailbox
from tests.conftest import SignIn


async def mail_of(sign_in: SignIn) -> list[Kept]:
    """Every message so far, the newest first."""
    litestar = sign_in.app.app
    assert isinstance(litestar, Litestar)
    await litestar.state.mail.send_due()
    return await list_mailbox(litestar.state.settings.mailbox)


async def newest_token(sign_in: SignIn, path: str) -> str:
    """The token of the newest message whose link leads to ``path``."""
    for message in await mail_of(sign_in):
        for link in message.links:
            if found := re.fullmatch(rf"http://127\.0\.0\.1:8080{path}\?token=([\w-]{{43}})", link):
                return found[1]
    raise AssertionError(f"no link to {path} in the mailbox")
