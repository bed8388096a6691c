"""The mailbox page: in development without a mail server alone, and for administrators alone."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from stockroom.main import create_app
from stockroom.settings import Settings
from tests.api.html import faults_of
from tests.conftest import Clones, SignIn
from tests.people.post import mail_of
from tests.people.test_reset import ask, person


@pytest.fixture
async def trial(clones: Clones, settings: Settings) -> AsyncIterator[SignIn]:
    """``sign_in`` on an installation to try things on."""
    app = create_app(settings.model_copy(update={"environment": "development"}), clones.make())
    litestar = app.app
    assert isinstance(litestar, Litestar)
    async with litestar.lifespan():
        made = SignIn(app, litestar.state.database)
        yield made
        await made.close()


async def test_lists_and_shows_what_would_be_sent(trial: SignIn) -> None:
    admin = await trial("admin")
    assert "Nothing was sent yet." in (await admin.get("/mailbox")).text
    await person(trial)
    await ask(trial)
    (message,) = await mail_of(trial)
    listed = await admin.get("/mailbox")
    assert f'<a href="/mailbox/{message.name}">Nowe hasło do Stockroom</a>' in listed.text
    assert 'href="/mailbox"' in (await admin.get("/")).text
    shown = await admin.get(f"/mailbox/{message.name}")
    assert f'<a href="{message.links[0]}">' in shown.text
    assert faults_of(listed.text) == faults_of(shown.text) == []
    assert (await admin.get(f"/mailbox/{'0' * 32}")).status_code == 404
    assert (await admin.get("/mailbox/..%2Fsecret_key")).status_code == 404


@pytest.mark.parametrize("role", ["auditor", "pharmacist", "ward"])
async def test_nobody_but_administrators_reads_mail(trial: SignIn, role: str) -> None:
    client = await trial(role)
    assert (await client.get("/mailbox")).status_code == 403
    assert (await client.get(f"/mailbox/{'0' * 32}")).status_code == 403


async def test_is_not_there_elsewhere(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    assert (await admin.get("/mailbox")).status_code == 404
    assert "/mailbox" not in (await admin.get("/")).text
