"""Everything that must hold, checked: the ledger's invariants and the audit chain."""

import msgspec

from stockroom.platform.audit import find_first_broken
from stockroom.platform.db import Connection
from stockroom.stock import INVARIANTS, find_broken_invariants


class Check(msgspec.Struct, frozen=True):
    """One invariant, and the first offenders where it does not hold."""

    name: str
    ok: bool
    offenders: list[str]


class VerifyReport(msgspec.Struct, frozen=True):
    """All checks; ``ok`` where every one holds."""

    ok: bool
    checks: list[Check]


async def verify_everything(db: Connection) -> VerifyReport:
    broken = {item.invariant: item.offenders for item in await find_broken_invariants(db)}
    checks = [Check(name, name not in broken, broken.get(name, [])) for name in INVARIANTS]
    first = await find_first_broken(db)
    checks.append(
        Check("audit chain is whole", first is None, [] if first is None else [f"audit entry {first}"])
    )
    return VerifyReport(all(check.ok for check in checks), checks)
