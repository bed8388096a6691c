"""One server with the demo hospital for all journeys of a run, and a real browser."""

import os
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from stockroom.interchange.demo.cast import PASSWORD
from tests.running import RunningServer, room_for_a_server, running_server, sign_in
from tests.shell.conftest import BY_ROOT, QUIET


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with room_for_a_server() as folder, running_server(folder) as running:
        filled = running.run("demo", "hospital")
        assert filled.returncode == 0, filled.stderr
        running.start()
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        opened = playwright.chromium.launch(executable_path=path, args=[*QUIET, *BY_ROOT])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, server: RunningServer) -> Iterator[Page]:
    context = browser.new_context(
        base_url=server.url, viewport={"width": 1440, "height": 900}, locale="en-GB"
    )
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def api(server: RunningServer) -> Iterator[httpx.Client]:
    """The demo's pharmacist over the API."""
    client = sign_in(server, "pharmacist", PASSWORD)
    yield client
    client.close()
