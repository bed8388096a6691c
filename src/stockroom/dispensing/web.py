"""What pages and endpoints of dispensing share: reads that are logged, and warnings in people's words."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request
from litestar.datastructures import State

from stockroom.catalog import ALLERGY_GROUPS
from stockroom.dispensing.errors import WarningsUnanswered
from stockroom.dispensing.rules import SENTENCES, SEXES, Warned, age_in_months
from stockroom.platform.errors import N_
from stockroom.platform.i18n import gettext, ngettext, sentence
from stockroom.platform.scope import scope_of

AnyRequest = Request[Any, Any, State]


KINDS: dict[str, str] = {
    "allergy": N_("Allergy"),
    "duplicate": N_("Given before"),
    "duplicate_line": N_("Twice"),
    "high_alert": N_("High alert"),
    "look_alike": N_("Look-alike"),
    "controlled": N_("Controlled"),
}
"""Warning code → the word beside its sentence."""

SKIPPED: dict[str, str] = {
    "expired": N_("expired"),
    "on_hold": N_("on hold"),
    "recalled": N_("recalled"),
    "promised": N_("promised to others"),
}
"""Why a batch is passed over."""


class ShownWarning(msgspec.Struct, frozen=True):
    """A warning that must be answered with a reason: ``answers`` name its code and product."""

    code: str
    product_id: UUID
    product: str
    sentence: str


def shown_warning(warned: Warned) -> ShownWarning:
    """In the current language, allergy groups by their words."""
    facts = dict(warned.facts)
    if warned.code == "allergy":
        groups = [gettext(ALLERGY_GROUPS.get(group, group)) for group in warned.groups]
        facts["allergy"] = ", ".join([*groups, *filter(None, [facts.get("allergy", "")])])
    text = sentence(SENTENCES[warned.code], facts)
    return ShownWarning(warned.code, warned.product_id, warned.product, text)


def shown_refusal(refusal: WarningsUnanswered) -> WarningsUnanswered:
    """The same refusal, its warnings with their sentences."""
    warnings: list[Warned] = refusal.facts["warnings"]
    return WarningsUnanswered(warnings=[shown_warning(warned) for warned in warnings])


def age(born: date | None, *, on: date) -> str:
    """In years; in months below two years; empty where the birth date is not known."""
    if born is None:
        return ""
    months = age_in_months(born, on=on)
    if months < 24:
        return ngettext("%(num)s month", "%(num)s months", months) % {"num": months}
    return ngettext("%(num)s year", "%(num)s years", months // 12) % {"num": months // 12}


def words(request: AnyRequest) -> dict[str, Any]:
    """What templates about patients need."""
    return {
        "sexes": SEXES,
        "groups": ALLERGY_GROUPS,
        "kinds": KINDS,
        "skip_reasons": SKIPPED,
        "age": age,
        "today": scope_of(request).at.date(),
    }
