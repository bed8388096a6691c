"""The list of what waits: each row with its number and the page where it is dealt with."""

from decimal import Decimal

import msgspec

from stockroom.insight.queries.dashboard import Dashboard
from stockroom.insight.queries.waiting import WaitingBatches, WaitingLevels, WaitingOwed
from stockroom.platform.i18n import gettext as _
from stockroom.platform.i18n import ngettext


class WaitingRow(msgspec.Struct, frozen=True):
    """``count`` of something, said in ``words``; ``tone`` is that of a state while there is any."""

    label: str
    count: int
    words: str
    value: Decimal | None
    url: str
    tone: str


def waiting_rows(found: Dashboard) -> list[WaitingRow]:
    """The most pressing first. Rows at zero stay, so that each has its place on the page."""
    rows: list[WaitingRow] = []
    if found.batches is not None:
        rows += _stale(found.batches, found.expiry_warning_days)
    if found.levels is not None:
        rows += _low(found.levels, overstock=found.overstock is not None)
    if found.owed is not None:
        rows.append(_owed(found.owed))
    if found.batches is not None and found.kind != "purchasing":
        rows += _held(found.batches)
    return rows


def _batches(count: int) -> str:
    return ngettext("%(num)s batch", "%(num)s batches", count) % {"num": count}


def _products(count: int) -> str:
    return ngettext("%(num)s product", "%(num)s products", count) % {"num": count}


def _stale(batches: WaitingBatches, days: int) -> list[WaitingRow]:
    return [
        WaitingRow(
            _("Expired, still in stock"), batches.expired, _batches(batches.expired), batches.expired_value,
            "/expiry?expired=true", "bad",
        ),
        WaitingRow(
            _("Expires within %(days)s days") % {"days": days}, batches.expiring, _batches(batches.expiring),
            batches.expiring_value, f"/expiry?expired=false&days={days}", "warn",
        ),
    ]  # fmt: skip


def _low(levels: WaitingLevels, *, overstock: bool) -> list[WaitingRow]:
    counted = [
        (_("Nothing available"), levels.run_out, "/low-stock?state=out", "bad"),
        (_("Below minimum"), levels.below_minimum, "/low-stock?state=below_minimum", "bad"),
        (_("At the reorder point"), levels.to_reorder, "/low-stock?state=reorder", "warn"),
    ]
    if overstock:
        counted.append((_("Above maximum"), levels.overstocked, "#overstock", "info"))
    return [
        WaitingRow(label, count, _products(count), None, url, tone) for label, count, url, tone in counted
    ]


def _owed(owed: WaitingOwed) -> WaitingRow:
    patients = ngettext("%(num)s patient", "%(num)s patients", owed.patients) % {"num": owed.patients}
    return WaitingRow(_("Owed to patients"), owed.lines, patients, None, "/owed", "warn")


def _held(batches: WaitingBatches) -> list[WaitingRow]:
    return [
        WaitingRow(
            _("On hold"), batches.on_hold, _batches(batches.on_hold), batches.on_hold_value,
            "/batches?status=on_hold&has_stock=true", "warn",
        ),
        WaitingRow(
            _("Recalled, still in stock"), batches.recalled, _batches(batches.recalled), batches.recalled_value,
            "/batches?status=recalled&has_stock=true", "bad",
        ),
    ]  # fmt: skip
