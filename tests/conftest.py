"""The test ground: a real PostgreSQL shared by all workers, one migrated template, clones of it."""

import asyncio
import hashlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import psycopg
import pytest
from litestar import Litestar
from psycopg import sql
from psycopg.conninfo import make_conninfo

from stockroom.interchange import load_demo_hospital
from stockroom.main import create_app, make_events
from stockroom.people.actions.accounts import AccountInput, create_account
from stockroom.people.actions.roles import sync_builtin_roles
from stockroom.people.passwords import hash_password
from stockroom.people.rules import ALL
from stockroom.platform import audit
from stockroom.platform.access import Actor, system_actor
from stockroom.platform.application_role import NAME as APPLICATION
from stockroom.platform.clock import utc_now
from stockroom.platform.db import Connection, Database
from stockroom.platform.edge import Edge
from stockroom.platform.embedded import EmbeddedPostgres
from stockroom.platform.ids import new_id
from stockroom.platform.limits import NAMES
from stockroom.platform.migrate import SCRIPTS, migrate
from stockroom.settings import Settings, load_settings

# Tests ask more often than people do; what limits say is tested where it is set.
os.environ |= {f"LIMIT_{name.upper()}": "1000000/second" for name in NAMES}

WARSAW = ZoneInfo("Europe/Warsaw")
PASSWORD = "Tr0ub4dor&zip"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=WARSAW)

# Speed for tests only: what a crash of the test server loses, nobody needs.
TEST_SERVER = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}


CLUSTER_DIR = "STOCKROOM_TEST_CLUSTER_DIR"
"""Named by the process that starts the parallel workers, which hand it on; that process removes it at the end."""


def pytest_configure(config: pytest.Config) -> None:
    if CLUSTER_DIR not in os.environ:
        folder = Path(tempfile.mkdtemp(prefix="stockroom-test-"))
        folder.chmod(0o755)
        os.environ[CLUSTER_DIR] = str(folder)
        config.add_cleanup(lambda: _remove_cluster(folder))


def _remove_cluster(folder: Path) -> None:
    del os.environ[CLUSTER_DIR]
    shutil.rmtree(folder, ignore_errors=True)


def as_owner(conninfo: str) -> str:
    """The same database, as the owner of the schema."""
    return make_conninfo(conninfo, user="stockroom")


def as_application(conninfo: str) -> str:
    """The same database, as the role that the application works as."""
    return make_conninfo(conninfo, user=APPLICATION)


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """The owner's conninfo of the run's own server; parallel workers share it."""
    data_dir = Path(os.environ[CLUSTER_DIR])
    server = EmbeddedPostgres(data_dir, settings=TEST_SERVER)
    conninfo = server.start()
    yield conninfo
    server.stop()


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted(SCRIPTS.glob("versions/*")):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@pytest.fixture(scope="session")
def template(cluster: str) -> str:
    """The name of a migrated database that is only ever cloned."""
    return _built_once(cluster, f"template_{_fingerprint()}", migrate)


@pytest.fixture(scope="session")
def demo_template(cluster: str) -> str:
    """The name of a database with the demo hospital in it, only ever cloned; its moment is the real one."""
    return _built_once(cluster, f"template_demo_{_fingerprint()}", _fill_with_demo)


def _fill_with_demo(conninfo: str) -> None:
    migrate(conninfo)
    settings = load_settings(
        _env_file=None, environment="test", stockroom_data_dir=Path(tempfile.gettempdir())
    )

    async def load() -> None:
        database = Database(
            settings, as_application(conninfo), before_commit=audit.write_pending, events=make_events()
        )
        await database.open()
        try:
            at = utc_now().astimezone(WARSAW)
            await load_demo_hospital(database, currency="PLN", at=at, progress=lambda *_: None)
        finally:
            await database.close()

    asyncio.run(load())


def _built_once(cluster: str, name: str, build: Callable[[str], object]) -> str:
    """A database that the first of the parallel workers makes and fills; the others wait for it."""
    with psycopg.connect(cluster, autocommit=True) as admin:
        admin.execute("select pg_advisory_lock(4711)")
        known = admin.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
        if known is None:
            building = f"{name}_building"
            admin.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(building)))
            admin.execute(sql.SQL("create database {}").format(sql.Identifier(building)))
            build(make_conninfo(cluster, dbname=building))
            admin.execute(
                sql.SQL("alter database {} rename to {}").format(
                    sql.Identifier(building), sql.Identifier(name)
                )
            )
    return name


class Clones:
    """Databases made from the template, dropped at the end."""

    def __init__(self, cluster: str, template: str) -> None:
        self.cluster = cluster
        self.template = template
        self.names: list[str] = []

    def make(self) -> str:
        """A conninfo of a fresh, empty, migrated database, as the application's role."""
        name = f"test_{new_id().hex}"
        with psycopg.connect(self.cluster, autocommit=True) as admin:
            admin.execute(
                sql.SQL("create database {} template {} strategy wal_log").format(
                    sql.Identifier(name), sql.Identifier(self.template)
                )
            )
        self.names.append(name)
        return as_application(make_conninfo(self.cluster, dbname=name))

    def drop_all(self) -> None:
        with psycopg.connect(self.cluster, autocommit=True) as admin:
            for name in self.names:
                admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        self.names.clear()


@pytest.fixture
def clones(cluster: str, template: str) -> Iterator[Clones]:
    made = Clones(cluster, template)
    yield made
    made.drop_all()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def shared_database(cluster: str, template: str) -> Iterator[str]:
    """One clone for each worker, for tests that roll back."""
    made = Clones(cluster, template)
    yield made.make()
    made.drop_all()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(
        _env_file=None, stockroom_data_dir=tmp_path, environment="test", default_language="en", db_pool_max=10
    )


@pytest.fixture
async def db(shared_database: str) -> AsyncIterator[Connection]:
    """A connection inside a transaction that is rolled back at the end."""
    connection = await Connection.connect(
        shared_database, autocommit=True, options="-c timezone=UTC -c lock_timeout=10000"
    )
    async with connection:
        await connection.execute("begin")
        await sync_builtin_roles(connection)
        yield connection
        await connection.rollback()


@pytest.fixture
async def database(clones: Clones, settings: Settings) -> AsyncIterator[Database]:
    """A pool on a database of its own, for tests with several connections."""
    made = Database(settings, clones.make(), before_commit=audit.write_pending)
    await made.open()
    async with made.transaction() as connection:
        await sync_builtin_roles(connection)
    yield made
    await made.close()


@pytest.fixture
def actor() -> Actor:
    """Somebody who may do everything everywhere."""
    return Actor(id=None, name="Test Pharmacist", permissions=ALL, request_id="test-request")


@pytest.fixture
def at() -> datetime:
    return NOON


class SignIn:
    """Signs people in to one application on one fresh database."""

    def __init__(self, app: Edge, database: Database) -> None:
        self.app = app
        self.database = database
        self._stack = AsyncExitStack()

    async def visitor(self) -> httpx.AsyncClient:
        """A client that nobody has signed in."""
        transport = httpx.ASGITransport(app=self.app)
        return await self._stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://stockroom.test")
        )

    async def __call__(
        self, role: str = "pharmacist", *, departments: Sequence[UUID] = (), username: str = ""
    ) -> httpx.AsyncClient:
        """A signed-in client of a new person with this role; every change carries its CSRF token."""
        name = username or f"{role}-{new_id().hex[-8:]}"
        account = AccountInput(
            username=name,
            name=f"Test {role.title()}",
            role=role,
            password=PASSWORD,
            departments=list(departments),
        )
        password = await hash_password(PASSWORD)
        async with self.database.transaction() as db:
            await create_account(
                db, account=account, policy="composition", password=password, actor=system_actor("tests"),
                at=utc_now(),
            )  # fmt: skip
        client = await self.visitor()
        answer = await client.post("/api/auth/login", json={"username": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return client

    async def close(self) -> None:
        await self._stack.aclose()


@pytest.fixture
async def sign_in(clones: Clones, settings: Settings) -> AsyncIterator[SignIn]:
    """The whole application over a database of its own: ``client = await sign_in("pharmacist")``."""
    app = create_app(settings, clones.make())
    litestar = app.app
    assert isinstance(litestar, Litestar)
    async with litestar.lifespan():
        made = SignIn(app, litestar.state.database)
        yield made
        await made.close()
