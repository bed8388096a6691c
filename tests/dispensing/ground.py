"""What dispensing tests stand on, and how they look at it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncCursor

from stockroom.dispensing import (
    Answer,
    DispenseLine,
    DispensingInput,
    PatientInput,
    PrescriberInput,
    create_patient,
    create_prescriber,
)
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.ids import new_id
from stockroom.stock import AdjustmentInput, AdjustmentLine, open_stock
from tests.stock.ground import Ground, lay_ground
from tests.stock.ground import written as written_in_stock


class DispensingGround(msgspec.Struct, frozen=True):
    """A ward with a patient and a prescriber; amoxicillin (penicillin) and warfarin (high alert) besides."""

    stock: Ground
    cardiology: UUID
    surgery: UUID
    patient: UUID
    prescriber: UUID
    amoxicillin: UUID
    warfarin: UUID

    def line(self, quantity: int | str = 10, **changes: Any) -> DispenseLine:
        """Tablets of paracetamol, unless told otherwise."""
        values = {"product_id": self.stock.tablets, "quantity": Decimal(quantity), **changes}
        return DispenseLine(**values)

    def dispensing(self, *lines: DispenseLine, **changes: Any) -> DispensingInput:
        values: dict[str, Any] = {
            "patient_id": self.patient,
            "prescriber_id": self.prescriber,
            "place_id": self.stock.store,
            "lines": list(lines) or [self.line()],
        }
        return DispensingInput(**{**values, **changes})

    def body(self, *lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """A dispensing as the API takes it; a line without a product is one of paracetamol."""
        return {
            "patient_id": str(self.patient),
            "prescriber_id": str(self.prescriber),
            "place_id": str(self.stock.store),
            "lines": [
                {"product_id": str(self.stock.tablets), "quantity": 1, **line} for line in lines or ({},)
            ],
            **changes,
        }


def answer(code: str, product: UUID, reason: str = "checked") -> Answer:
    return Answer(code=code, product_id=product, reason=reason)


async def lay_dispensing_ground(db: Connection, actor: Actor, at: datetime) -> DispensingGround:
    stock = await lay_ground(db)
    cardiology, surgery, amoxicillin, warfarin = (new_id() for _ in range(4))
    for department, name in ((cardiology, "Cardiology"), (surgery, "Surgery")):
        await db.execute("insert into people.department (id, name) values (%s, %s)", [department, name])
    await db.execute("update stock.place set department_id = %s where id = %s", [cardiology, stock.ward])
    await db.execute(
        "update catalog.product set generic_name = 'Paracetamol', atc_code = 'N02BE01' where id = %s",
        [stock.tablets],
    )
    await db.execute(
        "insert into catalog.product (id, code, name, kind, unit, batch_tracked, expiry_tracked, generic_name,"
        " atc_code, allergy_groups, high_alert) values"
        " (%s, 'AMX', 'Amoxicillin 500 mg', 'medicine', 'capsule', true, true, 'Amoxicillin', 'J01CA04',"
        " '{penicillins}', false),"
        " (%s, 'WAR', 'Warfarin 5 mg', 'medicine', 'tablet', true, true, 'Warfarin', 'B01AA03', '{}', true)",
        [amoxicillin, warfarin],
    )
    patient = PatientInput(
        name="Jan Wójcik", file_number="K-1", birth_date=date(1957, 5, 14), department_id=cardiology,
        allergy_groups=["penicillins"],
    )  # fmt: skip
    prescriber = PrescriberInput(name="dr Anna Zielińska", licence="5425740")
    return DispensingGround(
        stock,
        cardiology,
        surgery,
        await create_patient(db, patient=patient, actor=actor, at=at),
        await create_prescriber(db, prescriber=prescriber, actor=actor, at=at),
        amoxicillin,
        warfarin,
    )


async def put_on_shelf(
    db: Connection,
    product: UUID,
    place: UUID,
    quantity: int,
    *,
    actor: Actor,
    at: datetime,
    code: str = "A1",
    expires_on: date | None = date(2027, 1, 31),
) -> UUID:
    """Put a batch on the shelf; answers its id."""
    line = AdjustmentLine(
        product_id=product, quantity=Decimal(quantity), batch_code=code, expires_on=expires_on
    )
    opening = AdjustmentInput(place_id=place, reason="opening", lines=[line])
    await open_stock(db, opening=opening, actor=actor, at=at)
    cursor = await db.execute(
        "select id from stock.batch where product_id = %s and code = %s", [product, code]
    )
    row = await cursor.fetchone()
    assert row is not None
    return row[0]


async def written(db: Connection) -> tuple[int, ...]:
    """How much there is of everything dispensing writes: equal before and after a refusal."""
    cursor = await db.execute(
        "select (select count(*) from dispensing.patient), (select coalesce(sum(version), 0) from dispensing.patient),"
        " (select count(*) from dispensing.prescriber),"
        " (select coalesce(sum(version), 0) from dispensing.prescriber),"
        " (select count(*) from dispensing.dispensing), (select count(*) from dispensing.dispensing_line),"
        " (select count(*) from dispensing.answered_warning), (select count(*) from dispensing.owed_cancelled)"
    )
    row = await cursor.fetchone()
    assert row is not None
    return (*await written_in_stock(db), len(db.pending_audit), *row)


class _Counting(AsyncCursor[Any]):
    async def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        self.connection.__dict__["counted"].append(query)
        return await super().execute(query, *args, **kwargs)


@asynccontextmanager
async def counted_statements(db: Connection) -> AsyncIterator[list[Any]]:
    """The statements that run inside."""
    statements: list[Any] = []
    plain = db.cursor_factory
    db.__dict__["counted"] = statements
    db.cursor_factory = _Counting
    try:
        yield statements
    finally:
        db.cursor_factory = plain
