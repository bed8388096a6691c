"""The whole application over the demo hospital; what these tests do writes nothing, so one clone serves all."""

import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from litestar import Litestar

from stockroom.main import create_app
from stockroom.platform.edge import Edge
from stockroom.settings import load_settings
from tests.api.routes import Route, routes_of
from tests.api.samples import Samples, add_sample_files, add_samples
from tests.conftest import Clones, SignIn


@pytest.fixture(scope="session")
def demo_conninfo(cluster: str, demo_template: str) -> Iterator[str]:
    made = Clones(cluster, demo_template)
    yield add_samples(made.make())
    made.drop_all()


@pytest.fixture(scope="session")
def application(demo_conninfo: str) -> Iterator[Edge]:
    """Made without a loop, so that tests of either kind may ask for it first."""
    with application_over(demo_conninfo) as made:
        yield made


@contextmanager
def application_over(conninfo: str) -> Iterator[Edge]:
    """Over a database of one's own, for the modules that write."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            _env_file=None, stockroom_data_dir=Path(folder), environment="test", default_language="en"
        )
        add_sample_files(Path(folder))
        yield create_app(settings, conninfo)


@pytest.fixture(scope="session")
async def hospital(application: Edge) -> AsyncIterator[SignIn]:
    """Signs people in to the application over the demo hospital."""
    async with opened(application) as made:
        yield made


@asynccontextmanager
async def opened(application: Edge) -> AsyncGenerator[SignIn]:
    litestar = application.app
    assert isinstance(litestar, Litestar)
    async with litestar.lifespan():
        made = SignIn(application, litestar.state.database)
        yield made
        await made.close()


@pytest.fixture(scope="session")
def samples(demo_conninfo: str) -> Samples:
    return Samples(demo_conninfo)


@pytest.fixture(scope="session")
def routes(application: Edge) -> list[Route]:
    litestar = application.app
    assert isinstance(litestar, Litestar)
    return routes_of(litestar)
