"""Is it alive, is it ready, how is it: for load balancers, operators and Prometheus."""

import hmac
import shutil
from typing import Any

import psutil
from litestar import Request, Response, get
from litestar.datastructures import State

from stockroom.platform.db import Connection, Database, fetch_value
from stockroom.platform.errors import Forbidden, Refusal, Unavailable
from stockroom.platform.metrics import Metrics
from stockroom.platform.schema import newest_version
from stockroom.platform.scope import scope_of
from stockroom.settings import Settings

SCHEMA_VERSION = "select version_num from alembic_version"
DISK_LEAST_BYTES = 200 * 1024 * 1024


@get(["/healthz", "/health/live"], opt={"bare": True}, sync_to_thread=False, include_in_schema=False)
def live() -> dict[str, str]:
    """The process answers; nothing else is asked."""
    return {"status": "ok"}


async def _database_state(db: Connection) -> str:
    version = await fetch_value(db, SCHEMA_VERSION)
    expected = newest_version()
    return "ok" if version == expected else f"schema is {version}, expected {expected}"


@get(["/readyz", "/health/ready"], opt={"bare": True}, include_in_schema=False)
async def ready(state: State) -> Response[dict[str, str]]:
    """The database answers and its schema is the one this program needs; 503 where not."""
    database: Database = state.database
    try:
        async with database.connection() as db:
            found = await _database_state(db)
    except Unavailable:
        found = "away"
    return Response(
        {"status": "ok" if found == "ok" else "unavailable", "database": found},
        status_code=200 if found == "ok" else 503,
    )


@get("/health", opt={"public": True}, include_in_schema=False)
async def health(request: Request[Any, Any, State], state: State) -> Response[dict[str, Any]]:
    """The sum for everybody; the parts for operators."""
    settings: Settings = state.settings
    here = scope_of(request)
    try:
        database = await _database_state(here.db)
    except Refusal as refusal:
        database = refusal.code
    disk = shutil.disk_usage(settings.stockroom_data_dir)
    parts = {"database": database, "disk": "ok" if disk.free > DISK_LEAST_BYTES else "almost full"}
    well = all(value == "ok" for value in parts.values())
    answer: dict[str, Any] = {"status": "ok" if well else "degraded"}
    if here.actor.may("platform.health.read"):
        answer |= {
            "parts": parts,
            "disk_free_bytes": disk.free,
            "memory_bytes": psutil.Process().memory_info().rss,
            "pool": state.database.pool.get_stats(),
        }
    return Response(answer, status_code=200 if well else 503)


@get(["/metrics", "/health/metrics"], opt={"bare": True}, sync_to_thread=False, include_in_schema=False)
def metrics(request: Request[Any, Any, State], state: State) -> Response[bytes]:
    """Prometheus text, for the holder of METRICS_TOKEN or, without one, for this machine only."""
    settings: Settings = state.settings
    if settings.metrics_token is not None:
        expected = f"Bearer {settings.metrics_token.get_secret_value()}"
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected.encode()):
            raise Forbidden
    elif request.client is None or request.client.host not in ("127.0.0.1", "::1"):
        raise Forbidden
    found: Metrics = state.metrics
    return Response(found.expose(state.database), media_type="text/plain; version=0.0.4")


HEALTH_ROUTES = [live, ready, health, metrics]
