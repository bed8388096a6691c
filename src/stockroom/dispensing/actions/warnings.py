"""What speaks against giving products to a patient."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from stockroom.dispensing import rules
from stockroom.dispensing.queries.patients import Patient, Substance, list_substances_given
from stockroom.dispensing.rules import PatientRisks, ProductRisks, Warned
from stockroom.platform.db import Connection
from stockroom.stock import StockedProduct


async def warnings_of(
    db: Connection,
    patient: Patient | None,
    products: Sequence[StockedProduct],
    *,
    settled: Sequence[UUID] = (),
    at: datetime,
) -> list[Warned]:
    """What speaks against giving these products; the rest of a dispensing in ``settled`` is no duplicate of it."""
    risks = PatientRisks((), "", frozenset())
    if patient is not None:
        since = at - timedelta(hours=rules.DUPLICATE_HOURS)
        given = await list_substances_given(db, patient.id, since=since, leave_out=settled)
        risks = PatientRisks(patient.allergy_groups, patient.allergies, _keys_of(given))
    return rules.warnings_for(risks, [_risks_of(product) for product in products])


def _keys_of(given: Sequence[Substance]) -> frozenset[str]:
    keys = [
        rules.substance_keys(product_id=row.product_id, atc_code=row.atc_code, generic_name=row.generic_name)
        for row in given
    ]
    return frozenset[str]().union(*keys)


def _risks_of(product: StockedProduct) -> ProductRisks:
    return ProductRisks(
        product_id=product.id,
        name=product.name,
        generic_name=product.generic_name,
        atc_code=product.atc_code,
        high_alert=product.high_alert,
        look_alike=product.look_alike,
        controlled_class=product.controlled_class,
        allergy_groups=product.allergy_groups,
    )
