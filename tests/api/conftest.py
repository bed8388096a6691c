"""The whole application over the demo hospital; what these tests do writes nothing, so one clone serves all."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from litestar import Litestar

from stockroom.main import create_app
from stockroom.settings import load_settings
from tests.api.routes import Route, routes_of
from tests.api.samples import Samples
from tests.conftest import Clones, SignIn


@pytest.fixture(scope="session")
def demo_conninfo(cluster: str, demo_template: str) -> Iterator[str]:
    made = Clones(cluster, demo_template)
    yield made.make()
    made.drop_all()


@pytest.fixture(scope="session")
async def hospital(demo_conninfo: str) -> AsyncIterator[SignIn]:
    """Signs people in to the application over the demo hospital."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            _env_file=None, stockroom_data_dir=Path(folder), environment="test", default_language="en"
        )
        app = create_app(settings, demo_conninfo)
        litestar = app.app
        assert isinstance(litestar, Litestar)
        async with litestar.lifespan():
            made = SignIn(app, litestar.state.database)
            yield made
            await made.close()


@pytest.fixture(scope="session")
def samples(demo_conninfo: str, hospital: SignIn) -> Samples:
    return Samples(demo_conninfo)


@pytest.fixture(scope="session")
def routes(hospital: SignIn) -> list[Route]:
    litestar = hospital.app.app
    assert isinstance(litestar, Litestar)
    return routes_of(litestar)
