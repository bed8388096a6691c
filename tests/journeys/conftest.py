"""One server with the demo hospital for the journeys of a process, and a real browser."""

import os
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from stockroom.interchange.demo.cast import PASSWORD
from tests.running import RunningServer, room_for_a_server, running_server, sign_in
from tests.shell.conftest import BY_ROOT, QUIET

DESK = {"width": 1440, "height": 900}
WAIT = 15_000

expect.set_options(timeout=WAIT)

Open = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def server() -> Iterator[RunningServer]:
    with room_for_a_server() as folder, running_server(folder) as running:
        filled = running.run("demo", "hospital")
        assert filled.returncode == 0, filled.stderr
        running.start()
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Playwright keeps an event loop running: closed with the module, or no async test could follow."""
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        opened = playwright.chromium.launch(executable_path=path, args=[*QUIET, *BY_ROOT])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def people(server: RunningServer) -> Iterator[Callable[[str], httpx.Client]]:
    """The demo's people by user name, each signed in once over the API."""
    clients: dict[str, httpx.Client] = {}

    def client(username: str) -> httpx.Client:
        if username not in clients:
            clients[username] = sign_in(server, username, PASSWORD)
            # Between two questions of a journey the server may have closed an idle connection.
            clients[username].headers["Connection"] = "close"
        return clients[username]

    yield client
    for opened in clients.values():
        opened.close()


@pytest.fixture
def api(people: Callable[[str], httpx.Client]) -> httpx.Client:
    """The demo's pharmacist over the API."""
    return people("pharmacist")


@pytest.fixture(scope="module")
def open_as(browser: Browser, server: RunningServer, people: Callable[[str], httpx.Client]) -> Iterator[Open]:
    """A browser window in which somebody is signed in already; closed with the module."""
    opened: list[BrowserContext] = []

    def open_window(username: str, **options: object) -> BrowserContext:
        context = browser.new_context(
            **{"base_url": server.url, "viewport": DESK, "locale": "en-GB", **options}  # type: ignore[arg-type]
        )
        context.set_default_timeout(WAIT)
        cookies = people(username).cookies.jar if username else ()
        context.add_cookies(
            [{"name": cookie.name, "value": cookie.value or "", "url": server.url} for cookie in cookies]
        )
        opened.append(context)
        return context

    yield open_window
    for context in opened:
        context.close()


@pytest.fixture
def page(open_as: Open) -> Iterator[Page]:
    """Of a visitor."""
    context = open_as("")
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(open_as: Open) -> Iterator[Page]:
    """Of the demo's pharmacist, signed in."""
    context = open_as("pharmacist")
    yield context.new_page()
    context.close()
