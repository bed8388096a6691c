"""The composition root: settings in, application out. No module keeps global state."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from types import ModuleType

from litestar import Litestar
from litestar.datastructures import CacheControlHeader
from litestar.di import Provide
from litestar.router import Router
from litestar.static_files import create_static_files_router  # pyright: ignore[reportUnknownVariableType]  # its file system argument is untyped
from litestar.types import ControllerRouterHandler

from stockroom.buying import api as buying_api
from stockroom.buying import forget_invoice
from stockroom.buying import pages as buying_pages
from stockroom.catalog import ProductArchiving, ProductTrackingChanging, ProductUnitChanging
from stockroom.catalog import api as catalog_api
from stockroom.catalog import pages as catalog_pages
from stockroom.dispensing import api as dispensing_api
from stockroom.dispensing import pages as dispensing_pages
from stockroom.insight import AUDIT_WORDS, broken_in, verify_everything
from stockroom.insight import api as insight_api
from stockroom.insight import pages as insight_pages
from stockroom.interchange import api as interchange_api
from stockroom.interchange import pages as interchange_pages
from stockroom.people import DepartmentArchiving, DepartmentOpened
from stockroom.people import api as people_api
from stockroom.people import pages as people_pages
from stockroom.people.actions.alerts import alert_administrators
from stockroom.people.actions.keys import key_loader
from stockroom.people.actions.roles import sync_builtin_roles
from stockroom.people.actions.sign_in import identity_loader
from stockroom.people.pages import mailbox
from stockroom.people.rules import ACCESS_ACTIONS
from stockroom.platform import audit
from stockroom.platform.api_docs import DecimalsAreNumbers, openapi_config, openapi_file
from stockroom.platform.api_types import OpenUnions
from stockroom.platform.audit_watch import AuditWatch
from stockroom.platform.clock import Clock, utc_now
from stockroom.platform.cors import Cors
from stockroom.platform.db import Connection, Database
from stockroom.platform.edge import Edge
from stockroom.platform.events import Events
from stockroom.platform.exact_request import ExactRequest
from stockroom.platform.files.collect import collecting
from stockroom.platform.files.intake import Files
from stockroom.platform.files.uploads import OVERHEAD
from stockroom.platform.gate import ScopeMiddleware
from stockroom.platform.health import HEALTH_ROUTES
from stockroom.platform.last_resort import LastResort
from stockroom.platform.limits import Limits, named_limits
from stockroom.platform.mail import MailSender, transport_of
from stockroom.platform.metrics import Metrics
from stockroom.platform.pages import STATIC, NavItem, Renderer
from stockroom.platform.parts import MAX_PARTS
from stockroom.platform.problems import Answer
from stockroom.platform.reports import CspReports, csp_reports
from stockroom.platform.web import EXCEPTION_HANDLERS, provide_actor, provide_db
from stockroom.settings import Settings, secret_key
from stockroom.stock import (
    DocumentReversed,
    close_department_places,
    keep_product,
    keep_tracking,
    keep_unit,
    last_movement,
    open_department_store,
)
from stockroom.stock import api as stock_api
from stockroom.stock import pages as stock_pages

APIS = (people_api, catalog_api, stock_api, buying_api, dispensing_api, insight_api, interchange_api)
PAGES = (
    people_pages,
    mailbox,
    catalog_pages,
    stock_pages,
    buying_pages,
    dispensing_pages,
    insight_pages,
    interchange_pages,
)

WATCHED_WITHIN = timedelta(minutes=10)
"""For the check that nobody waits for; what takes longer is for `stockroom verify` at night."""

SWITCHED: Mapping[ModuleType, Callable[[Settings], bool]] = {
    dispensing_api: lambda settings: settings.has_module("dispensing"),
    dispensing_pages: lambda settings: settings.has_module("dispensing"),
    mailbox: lambda settings: settings.shows_mailbox,
}
"""What settings can leave out: neither its routes nor its way in the navigation are there then."""


def routes_of(settings: Settings) -> Sequence[ControllerRouterHandler]:
    """Every route of the modules that are switched on."""
    modules = (module for module in (*APIS, *PAGES) if _is_on(module, settings))
    routes = [route for module in modules for route in module.ROUTES]
    # A path stays whole: Litestar answers its OPTIONS in one place.
    with_files = {path for route in routes if route.opt.get("upload") for path in route.paths}
    uploads = [route for route in routes if route.paths & with_files]
    return [
        *HEALTH_ROUTES,
        openapi_file,
        csp_reports,
        *(route for route in routes if route not in uploads),
        Router("/", route_handlers=uploads, request_max_body_size=settings.max_upload_bytes + OVERHEAD),
        _static(),
    ]


def nav_of(settings: Settings) -> Sequence[NavItem]:
    return [item for module in PAGES if _is_on(module, settings) for item in module.NAV]


def _is_on(module: ModuleType, settings: Settings) -> bool:
    return module not in SWITCHED or SWITCHED[module](settings)


def create_app(settings: Settings, conninfo: str, *, clock: Clock = utc_now) -> Edge:
    """The ASGI application for one process; ``conninfo`` is a migrated PostgreSQL database."""
    events = make_events()
    database = Database(settings, conninfo, before_commit=audit.write_pending, events=events)
    metrics = Metrics()
    files = Files(settings)
    mail = MailSender(settings, database, transport_of(settings))
    load_identity = identity_loader(
        idle=timedelta(minutes=settings.session_idle_minutes),
        privileged_idle=timedelta(minutes=settings.session_idle_minutes_privileged),
    )
    secret = secret_key(settings)
    limits = Limits(named_limits(settings))
    watch = _watch(settings, database, clock)
    app = Litestar(
        route_handlers=routes_of(settings),
        lifespan=[_lifespan(database, mail, watch, files, clock)],
        dependencies={
            "db": Provide(provide_db, sync_to_thread=False),
            "actor": Provide(provide_actor, sync_to_thread=False),
        },
        middleware=[
            ScopeMiddleware(
                database=database,
                load_identity=load_identity,
                load_key=key_loader(),
                clock=clock,
                zone=settings.zone,
                secret=secret,
                secure=settings.secure_cookies,
                default_language=settings.default_language,
                limits=limits,
                told=ACCESS_ACTIONS,
                second_factor_roles=settings.second_factor_roles,
            )
        ],
        exception_handlers=EXCEPTION_HANDLERS,
        plugins=[DecimalsAreNumbers(), OpenUnions()],
        openapi_config=openapi_config(secure=settings.secure_cookies),
        request_class=ExactRequest,
        request_max_body_size=settings.max_body_bytes,
        multipart_form_part_limit=MAX_PARTS,
        response_class=Answer,
        logging_config=None,
        debug=False,
    )
    app.state.settings = settings
    app.state.database = database
    app.state.events = events
    app.state.files = files
    app.state.metrics = metrics
    app.state.mail = mail
    app.state.clock = clock
    app.state.limits = limits
    app.state.audit_words = AUDIT_WORDS
    app.state.secret = secret
    app.state.load_identity = load_identity
    app.state.csp_reports = CspReports()
    renderer = app.state.renderer = Renderer(settings, nav_of(settings))
    return Edge(
        app,
        metrics=metrics,
        tls=settings.secure_cookies,
        slow_ms=settings.slow_request_ms,
        cors=Cors(settings.cors_origins),
        last_resort=LastResort(
            renderer.environments, settings.default_language, secure=settings.secure_cookies
        ),
    )


def make_events() -> Events:
    """What modules do when something happens in a lower one: the whole list."""
    events = Events()
    events.subscribe(DocumentReversed, forget_invoice)
    events.subscribe(ProductUnitChanging, keep_unit)
    events.subscribe(ProductTrackingChanging, keep_tracking)
    events.subscribe(ProductArchiving, keep_product)
    events.subscribe(DepartmentOpened, open_department_store)
    events.subscribe(DepartmentArchiving, close_department_places)
    return events


def _static() -> Router:
    """Hashed names never change their content, so browsers keep them for a year."""
    STATIC.mkdir(exist_ok=True)
    return create_static_files_router(
        "/static",
        directories=[STATIC],
        opt={"bare": True},
        cache_control=CacheControlHeader(public=True, max_age=31_536_000, immutable=True),
    )


def _watch(settings: Settings, database: Database, clock: Clock) -> AuditWatch:
    async def check(database: Database) -> list[str]:
        async with database.transaction() as db:
            report = await verify_everything(db, anchors=settings.audit_anchor_file, within=WATCHED_WITHIN)
        return broken_in(report)

    async def alarm(db: Connection, at: datetime) -> None:
        await alert_administrators(db, "audit.broken", at=at)

    hours = settings.audit_check_hours
    return AuditWatch(
        database,
        anchors=settings.audit_anchor_file,
        lock=settings.stockroom_data_dir / "audit.lock",
        every=timedelta(hours=hours) if hours else None,
        clock=clock,
        ledger_head=last_movement,
        check=check,
        alarm=alarm,
    )


def _lifespan(
    database: Database, mail: MailSender, watch: AuditWatch, files: Files, clock: Clock
) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def run(_: Litestar) -> AsyncGenerator[None]:
        await database.open()
        try:
            async with database.transaction() as db:
                await sync_builtin_roles(db)
            mail.start()
            async with watch.kept(), collecting(database, files.store, clock):
                yield
        finally:
            await mail.stop()
            await database.close()

    return run
