"""What is measured on: an own cluster with the demo hospital, and stock that no measurement uses up."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from psycopg.conninfo import make_conninfo

from stockroom.dispensing import PatientInput, create_patient
from stockroom.interchange import load_demo_hospital
from stockroom.main import make_events
from stockroom.people import ALL_PERMISSIONS
from stockroom.platform import audit
from stockroom.platform.access import system_actor
from stockroom.platform.application_role import NAME as APPLICATION
from stockroom.platform.clock import utc_now
from stockroom.platform.db import Connection, Database, fetch_values
from stockroom.platform.embedded import EmbeddedPostgres
from stockroom.platform.migrate import migrate
from stockroom.settings import Settings
from stockroom.stock import AdjustmentInput, AdjustmentLine, open_stock

PLENTY = Decimal(100_000_000)
OWNER = "stockroom"
PATIENTS = 2_000
LINES = 100

PLAIN_MEDICINES = """
select id from catalog.product
where active and not high_alert and not look_alike and controlled_class = '' and allergy_groups = '{}'
order by code
limit 120
"""
APART = """
select distinct on (generic_name) id from catalog.product where id = any(%(ids)s) order by generic_name, code
"""
ONE_PRESCRIBER = "select id from dispensing.prescriber where active order by id limit 1"
MAIN_STORE = "select id from stock.place where is_main"
SUPPLIER = "select id from catalog.supplier where active order by id limit 1"


class Ids(msgspec.Struct, frozen=True):
    """What requests are made of. ``apart`` are medicines of different substances."""

    medicines: list[UUID]
    apart: list[UUID]
    patients: list[UUID]
    prescriber: UUID
    store: UUID
    supplier: UUID


@contextmanager
def hospital(data_dir: Path, settings: Settings) -> Generator[tuple[EmbeddedPostgres, str]]:
    """The server with durable commits, as an installation has it, and the application's conninfo."""
    server = EmbeddedPostgres(data_dir)
    conninfo = server.start()
    try:
        migrate(conninfo)
        yield server, make_conninfo(conninfo, user=APPLICATION)
    finally:
        server.stop()


async def furnish(settings: Settings, conninfo: str) -> Ids:
    """Load the demo hospital and put plenty on the shelves."""
    database = Database(settings, conninfo, before_commit=audit.write_pending, events=make_events())
    await database.open()
    at = utc_now().astimezone(ZoneInfo(settings.timezone))
    await load_demo_hospital(database, currency=settings.currency, at=at, progress=lambda _done, _what: None)
    actor = system_actor("bench", ALL_PERMISSIONS)
    async with database.transaction() as db:
        patients = [
            await create_patient(db, patient=PatientInput(name=f"Bench {number}"), actor=actor, at=at)
            for number in range(PATIENTS)
        ]
        medicines = await fetch_values(db, PLAIN_MEDICINES)
        ids = Ids(
            medicines=medicines,
            apart=await fetch_values(db, APART, {"ids": medicines}),
            patients=patients,
            prescriber=(await fetch_values(db, ONE_PRESCRIBER))[0],
            store=(await fetch_values(db, MAIN_STORE))[0],
            supplier=(await fetch_values(db, SUPPLIER))[0],
        )
        tomorrow = at.date() + timedelta(days=1)  # the earliest of all: FEFO takes it first
        lines = [
            AdjustmentLine(product_id=medicine, quantity=PLENTY, batch_code="PLENTY", expires_on=tomorrow)
            for medicine in ids.medicines
        ]
        opening = AdjustmentInput(place_id=ids.store, reason="opening", lines=lines)
        await open_stock(db, opening=opening, actor=actor, at=at)
    await database.close()
    async with await Connection.connect(make_conninfo(conninfo, user=OWNER), autocommit=True) as db:
        await db.execute("vacuum analyze")
    return ids
