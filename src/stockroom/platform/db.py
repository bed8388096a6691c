"""One pool, and the one place where a transaction begins and ends.

Returning commits, raising rolls back. Reads outside a transaction run in autocommit, a statement each.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, LiteralString, Self, TypeVar

import msgspec
from psycopg import AsyncConnection, AsyncCursor, OperationalError, errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import RowMaker, TupleRow
from psycopg.sql import Composed
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool, PoolTimeout, TooManyRequests

from stockroom.platform.errors import N_, Conflict, Refusal, Unavailable
from stockroom.platform.events import Events
from stockroom.platform.liveness import can_be_read
from stockroom.settings import Settings

Struct = TypeVar("Struct", bound=msgspec.Struct)
Params = Mapping[str, Any]
Statement = LiteralString | Composed

RECONNECT_SECONDS = 10
RECONNECT_PAUSE = 0.2

set_json_loads(msgspec.json.decode)
set_json_dumps(msgspec.json.encode)


class Connection(AsyncConnection[TupleRow]):
    """A database connection, what must still be written before its transaction commits, and who listens."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pending_audit: list[Any] = []
        self.events = Events()

    @classmethod
    async def connect(cls, conninfo: str = "", *, patience: float = 0, **kwargs: Any) -> Self:  # pyright: ignore[reportIncompatibleMethodOverride]  # psycopg's own keywords pass through
        """As psycopg's, but while the server is away (it may be starting again) it is asked for ``patience``
        seconds, in short steps: the pool alone would wait longer each time."""
        until = time.monotonic() + patience
        while True:
            try:
                return await super().connect(conninfo, **kwargs)
            except OperationalError:
                if time.monotonic() >= until:
                    raise
                await asyncio.sleep(RECONNECT_PAUSE)


class ShapeMismatch(TypeError):
    """A statement's columns are not the fields of its Struct: a fault of ours, found by the first test."""


class Contention(Conflict):
    code = "conflict.contention"
    sentence = N_("Two people changed the same thing at the same moment. Please try again.")


def struct_row(struct: type[Struct]) -> Callable[[AsyncCursor[Any]], RowMaker[Struct]]:
    """Rows as Structs: the columns are the fields, in the same order."""
    fields = struct.__struct_fields__

    def make(cursor: AsyncCursor[Any]) -> RowMaker[Struct]:
        columns = tuple(column.name for column in cursor.description or ())
        if columns and columns != fields:
            raise ShapeMismatch(f"{struct.__name__} has {fields}, the statement returns {columns}")
        return lambda values: struct(*values)

    return make


async def fetch_all(db: Connection, sql: Statement, params: Params | None, row: type[Struct]) -> list[Struct]:
    async with db.cursor(row_factory=struct_row(row), binary=True) as cursor:
        await cursor.execute(sql, params)
        return await cursor.fetchall()


async def fetch_one(
    db: Connection, sql: Statement, params: Params | None, row: type[Struct]
) -> Struct | None:
    async with db.cursor(row_factory=struct_row(row), binary=True) as cursor:
        await cursor.execute(sql, params)
        return await cursor.fetchone()


async def fetch_value(db: Connection, sql: Statement, params: Params | None = None) -> Any:
    """The first column of the first row, or None. The caller knows its type."""
    async with db.cursor(binary=True) as cursor:
        await cursor.execute(sql, params)
        row = await cursor.fetchone()
        return None if row is None else row[0]


async def fetch_values(db: Connection, sql: Statement, params: Params | None = None) -> list[Any]:
    """The first column of every row. The caller knows its type."""
    async with db.cursor(binary=True) as cursor:
        await cursor.execute(sql, params)
        return [row[0] for row in await cursor.fetchall()]


async def execute(db: Connection, sql: Statement, params: Params | None = None) -> int:
    """Run a statement that returns nothing; answers how many rows it touched."""
    async with db.cursor(binary=True) as cursor:
        await cursor.execute(sql, params)
        return cursor.rowcount


SERVER_CONNECTIONS = """
select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
"""


async def server_connections(db: Connection) -> int:
    """How many connections the server gives to all its clients together."""
    return int(await fetch_value(db, SERVER_CONNECTIONS))


BeforeCommit = Callable[[Connection], Awaitable[None]]


class Database:
    """The pool. ``before_commit`` writes what the transaction still owes (the audit entries); ``events``
    are the subscribers that every connection carries."""

    def __init__(
        self, settings: Settings, conninfo: str, *, before_commit: BeforeCommit, events: Events | None = None
    ) -> None:
        self._before_commit = before_commit
        self._events = events or Events()
        self._timeout = settings.db_acquire_timeout
        given = conninfo_to_dict(conninfo).get("options") or ""
        self.pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            conninfo,
            connection_class=Connection,
            min_size=settings.db_pool_min,
            max_size=settings.db_pool_max,
            timeout=settings.db_acquire_timeout,
            max_waiting=settings.db_pool_max * 40,
            reconnect_timeout=RECONNECT_SECONDS,
            open=False,
            kwargs={
                "autocommit": True,
                "connect_timeout": settings.db_connect_timeout,
                "patience": RECONNECT_SECONDS,
                "application_name": "stockroom",
                "options": (
                    f"{given} -c timezone=UTC -c statement_timeout={settings.db_statement_timeout_ms}"
                    f" -c lock_timeout={settings.db_lock_timeout_ms}"
                    " -c idle_in_transaction_session_timeout=60000"
                ),
            },
        )

    async def open(self) -> None:
        await self.pool.open(wait=True, timeout=30)

    async def close(self) -> None:
        await self.pool.close()

    async def acquire(self) -> Connection:
        """Raises Unavailable when the pool is exhausted or the server is away."""
        try:
            db = await self.pool.getconn(self._timeout)
            while can_be_read(db.fileno()):
                await self._discard(db)
                db = await self.pool.getconn(self._timeout)
        except (PoolTimeout, TooManyRequests, OperationalError) as error:
            raise Unavailable from error
        db.events = self._events
        return db

    async def _discard(self, db: Connection) -> None:
        """The server ended this connection while it was idle."""
        await db.close()
        await self.pool.putconn(db)

    async def release(self, db: Connection) -> None:
        db.pending_audit.clear()
        await self.pool.putconn(db)

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[Connection]:
        """A connection in autocommit, for reads."""
        db = await self.acquire()
        try:
            yield db
        finally:
            await self.release(db)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Connection]:
        """One transaction: returning commits, raising rolls back."""
        async with self.connection() as db:
            await self.begin(db)
            try:
                yield db
            except BaseException:
                await self.abandon(db)
                raise
            await self.complete(db)

    async def begin(self, db: Connection) -> None:
        db.pending_audit.clear()
        await db.execute("begin")

    async def complete(self, db: Connection) -> None:
        """Write what is owed, then commit. Raises what the database refuses; nothing is kept then."""
        try:
            await self._before_commit(db)
            await db.commit()
        except BaseException:
            await self.abandon(db)
            raise

    async def abandon(self, db: Connection) -> None:
        db.pending_audit.clear()
        if not db.closed:
            await db.rollback()


@asynccontextmanager
async def savepoint(db: Connection) -> AsyncGenerator[None]:
    """For a page that catches a refusal and shows the form again: what came before it is undone."""
    kept = len(db.pending_audit)
    try:
        async with db.transaction():
            yield
    except BaseException:
        del db.pending_audit[kept:]
        raise


def as_refusal(error: BaseException) -> Refusal | None:
    """What the database's own refusals mean to a person; None where it is a fault of ours."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, errors.DeadlockDetected | errors.LockNotAvailable | errors.SerializationFailure):
        return Contention()
    if isinstance(error, errors.UniqueViolation | errors.ExclusionViolation):
        return Conflict(constraint=error.diag.constraint_name or "")
    if isinstance(error, OperationalError | PoolTimeout | errors.ReadOnlySqlTransaction):
        return Unavailable()
    return None
