import os
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.shell import pages
from tests.shell.server import Demonstration, serve

QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]
BY_ROOT = ["--no-sandbox"] if os.geteuid() == 0 else []


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    if not (pages.STATIC / "manifest.json").exists():
        pytest.fail("the front end is not built: npm ci && npm run build")
    server = serve(0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Playwright keeps an event loop running: closed with the module, or no async test could follow."""
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=[*QUIET, *BY_ROOT])
        yield browser
        browser.close()


@pytest.fixture
def posted() -> list[list[tuple[str, str]]]:
    Demonstration.posted.clear()
    return Demonstration.posted


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(5000)
    yield context.new_page()
    context.close()
