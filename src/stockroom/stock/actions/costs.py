"""What a batch costs: the moving average of what came in and was taken back."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, execute

# Runs after the balances were written: what was there before is what is there now less what came.
AVERAGE_COSTS = """
update stock.batch t
set unit_cost = round(cost.value / cost.on_hand, 4)
from (
    select
        given.batch_id,
        held.on_hand,
        given.value + (held.on_hand - given.quantity) * coalesce(b.unit_cost, given.value / given.quantity)
            as value
    from (
        select batch_id, sum(quantity) as quantity, sum(quantity * unit_cost) as value
        from unnest(%(batches)s::uuid[], %(quantities)s::numeric[], %(costs)s::numeric[])
            as given (batch_id, quantity, unit_cost)
        group by batch_id
    ) given
    join stock.batch b on b.id = given.batch_id
    cross join lateral (
        select coalesce(sum(l.on_hand), 0) as on_hand from stock.balance l where l.batch_id = given.batch_id
    ) held
) cost
where t.id = cost.batch_id and cost.on_hand > 0 and cost.value >= 0
"""


class BatchCost(msgspec.Struct, frozen=True):
    """A quantity of a batch in base units, negative where it is taken back, and what one unit cost."""

    batch_id: UUID
    quantity: Decimal
    unit_cost: Decimal


async def average_batch_costs(db: Connection, costs: Sequence[BatchCost]) -> None:
    """Carry what was just posted into the batches' unit cost: one statement, the products locked.

    A batch of which nothing is left keeps the cost it had.
    """
    columns = {
        "batches": [cost.batch_id for cost in costs],
        "quantities": [cost.quantity for cost in costs],
        "costs": [cost.unit_cost for cost in costs],
    }
    await execute(db, AVERAGE_COSTS, columns)
