"""How stock is spoken of on screen."""

from collections.abc import Mapping
from datetime import date

from stockroom.platform.errors import N_
from stockroom.platform.i18n import gettext as _
from stockroom.platform.i18n import ngettext

SOON_DAYS = 90

PLACE_KINDS: Mapping[str, str] = {
    "site": N_("Site"),
    "storage": N_("Store"),
    "ward": N_("Ward"),
    "production": N_("Workshop"),
    "bin": N_("Bin"),
}

OUTSIDE_NAMES = (
    N_("Supplier"), N_("Customer"), N_("Patient"), N_("Production"), N_("Loss"), N_("Opening"),
)  # fmt: skip
"""What the migration called the outside places; shown translated."""


DOCUMENT_KINDS: Mapping[str, str] = {
    "receipt": N_("Goods receipt"),
    "issue": N_("Issue"),
    "transfer": N_("Transfer"),
    "adjustment": N_("Adjustment"),
    "disposal": N_("Disposal"),
    "dispensing": N_("Dispensing"),
    "return": N_("Return"),
    "opening": N_("Opening balance"),
    "reversal": N_("Reversal"),
}

SKIPPED: Mapping[str, str] = {
    "expired": N_("expired"),
    "on_hold": N_("on hold"),
    "recalled": N_("recalled"),
    "promised": N_("reserved"),
}

LOW_STATES: Mapping[str, tuple[str, str]] = {
    "out": (N_("Nothing available"), "bad"),
    "below_minimum": (N_("Below minimum"), "bad"),
    "reorder": (N_("At the reorder point"), "warn"),
}


def place_name(name: str | None) -> str:
    """The outside places in the reader's language; the organisation's own places as it named them."""
    return _(name) if name in OUTSIDE_NAMES else name or ""


def batch_state(status: str, expires_on: date | None, today: date) -> tuple[str, str]:
    """The state of a batch in a word, and its tone: recalled and held before expired, expired before soon."""
    if status == "recalled":
        return _("Recalled"), "bad"
    if status == "on_hold":
        return _("On hold"), "warn"
    if expires_on is None:
        return _("Available"), "ok"
    days = (expires_on - today).days
    if days < 0:
        return _("Expired"), "bad"
    if days <= SOON_DAYS:
        return _expires(days), "warn"
    return _("Available"), "ok"


def _expires(days: int) -> str:
    if days == 0:
        return _("Expires today")
    return ngettext("Expires in %(num)s day", "Expires in %(num)s days", days) % {"num": days}


def reason_name(reasons: Mapping[str, str], reason: str) -> str:
    """The name of a coded reason; a reason that a person wrote stays as it is."""
    return _(reasons[reason]) if reason in reasons else reason
