"""Who sees what on the home page, what today is compared with, and which pages words mean. Pure."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Literal

import msgspec

from stockroom.platform.access import Actor
from stockroom.platform.errors import N_

HomeKind = Literal["pharmacy", "purchasing", "ward", "oversight"]

WEEKS_COMPARED = 4
TREND_DAYS = 30
TREND_WEEKS = 12


class Action(msgspec.Struct, frozen=True):
    """Something a person does, with the page where it is done and the key that opens it from home."""

    label: str
    url: str
    icon: str
    permission: str
    key: str = ""


ACTIONS: tuple[Action, ...] = (
    Action(N_("Dispense"), "/dispense", "pill", "dispensing.dispensing.post", "d"),
    Action(N_("Receive goods"), "/receive", "truck-loading", "buying.receipt.post", "r"),
    Action(N_("Transfer"), "/transfer", "transfer", "stock.transfer.post", "t"),
    Action(N_("Issue"), "/issue", "arrow-right", "stock.issue.post"),
    Action(N_("Adjust stock"), "/adjust", "adjustments", "stock.adjustment.post"),
    Action(N_("Dispose"), "/dispose", "trash", "stock.adjustment.post"),
    Action(N_("New patient"), "/patients/new", "user-plus", "dispensing.patient.write"),
    Action(N_("New product"), "/products/new", "plus", "catalog.product.write"),
    Action(N_("New supplier"), "/suppliers/new", "plus", "catalog.supplier.write"),
    Action(N_("New department"), "/departments/new", "plus", "people.department.write"),
    Action(N_("New user"), "/users/new", "user-plus", "people.account.write"),
    Action(N_("Help"), "/help", "help", ""),
    Action(N_("My account"), "/me", "user-circle", ""),
)
"""In the order of use. What the navigation shows too is listed once."""

SECTIONS: dict[HomeKind, dict[str, str]] = {
    "pharmacy": {
        "batches": "stock.balance.read", "levels": "stock.balance.read", "owed": "dispensing.dispensing.read",
        "today": "stock.balance.read", "expiring": "stock.balance.read", "low": "stock.balance.read",
        "dispensed": "dispensing.dispensing.read", "documents": "stock.balance.read",
        "setup": "people.department.write", "sign_ins": "people.account.read",
    },
    "purchasing": {
        "batches": "stock.balance.read", "levels": "stock.balance.read", "low": "stock.balance.read",
        "deliveries": "buying.receipt.read", "overstock": "stock.balance.read", "received": "buying.receipt.read",
        "expiring": "stock.balance.read",
    },
    "ward": {
        "batches": "stock.balance.read", "levels": "stock.balance.read", "owed": "dispensing.dispensing.read",
        "today": "stock.balance.read", "expiring": "stock.balance.read", "low": "stock.balance.read",
        "transfers_in": "stock.balance.read", "dispensings": "dispensing.dispensing.read",
        "dispensed": "dispensing.dispensing.read",
    },
    "oversight": {
        "counts": "platform.audit.read", "entries": "platform.audit.read", "batches": "stock.balance.read",
        "levels": "stock.balance.read", "owed": "dispensing.dispensing.read", "today": "stock.balance.read",
        "dispensed": "dispensing.dispensing.read", "documents": "stock.balance.read",
        "sign_ins": "people.account.read",
    },
}  # fmt: skip
"""Section of the home page → the permission it needs."""

NEEDS_DISPENSING = frozenset({"owed", "dispensed", "dispensings"})

CHECKS: dict[str, str] = {
    "ledger equals balances": N_("The ledger equals the balances"),
    "no balance is negative and none is promised twice": N_(
        "No balance is negative, and none is promised twice"
    ),
    "no balance was ever negative": N_("No balance was ever negative"),
    "movements name batches of their product": N_("Movements name batches of their product"),
    "reversals stay within what they reverse": N_("Reversals stay within what they reverse"),
    "document numbers have no gap": N_("Document numbers have no gap"),
    "every document moves something": N_("Every document moves something"),
    "audit chain is whole": N_("The audit trail is whole"),
    "audit chain fits its anchors": N_("The audit trail is as it was written down outside the database"),
}
"""What is verified, in words."""


def home_kind(actor: Actor) -> HomeKind:
    """From what the person may do, so that a custom role gets the home page nearest to its work."""
    if actor.departments is not None:
        return "ward"
    if actor.may("dispensing.dispensing.post") or actor.may("stock.transfer.post"):
        return "pharmacy"
    if actor.may("buying.receipt.post"):
        return "purchasing"
    return "oversight" if actor.may("platform.audit.read") else "pharmacy"


def sections_for(actor: Actor, *, dispensing: bool) -> frozenset[str]:
    """The sections of this person's home page; ``dispensing`` tells whether that module is switched on."""
    if not actor.may("insight.dashboard.read"):
        return frozenset()
    return frozenset(
        section
        for section, permission in SECTIONS[home_kind(actor)].items()
        if actor.may(permission) and (dispensing or section not in NEEDS_DISPENSING)
    )


def may_open(actor: Actor, permission: str, *, dispensing: bool) -> bool:
    """Whether a page that needs this permission (none: any signed-in person) is there for this person."""
    return (not permission or actor.may(permission)) and (
        dispensing or not permission.startswith("dispensing.")
    )


def primary_actions(actor: Actor, *, dispensing: bool) -> list[Action]:
    """What the home page offers first, at most three."""
    return [
        action
        for action in ACTIONS
        if action.key and may_open(actor, action.permission, dispensing=dispensing)
    ]


def comparison_windows(at: datetime) -> list[tuple[datetime, datetime]]:
    """Today so far, then the same weekday of the weeks before up to the same time of day.

    ``at`` is in the organisation's zone; the days between are counted on its calendar.
    """
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    back = [timedelta(days=7 * week) for week in range(WEEKS_COMPARED + 1)]
    return [(midnight - by, at - by) for by in back]


def average(values: Sequence[int]) -> Decimal | None:
    """To one decimal; None where there is nothing to compare with."""
    return None if not values else (Decimal(sum(values)) / len(values)).quantize(Decimal("0.1"))


def document_url(kind: str, document_id: object, actor: Actor) -> str:
    """Where a document is read: on the page of its own kind where the person may open that."""
    if kind == "receipt" and actor.may("buying.receipt.read"):
        return f"/receipts/{document_id}"
    if kind == "dispensing" and actor.may("dispensing.dispensing.read"):
        return f"/dispensings/{document_id}"
    return f"/documents/{document_id}"


LIKE_ENOUGH = 0.75
_LETTERS = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ß": "ss", "æ": "ae"})


def folded(text: str) -> str:
    """Small letters without accents, as the database folds them."""
    apart = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(_LETTERS)


def rank_of_label(label: str, q: str) -> int | None:
    """How well words mean a page: 0 the same, 1 a beginning, 2 all words, 3 a typing error; None not at all."""
    name, wanted = folded(label), folded(q).split()
    if not wanted:
        return 2
    if name == " ".join(wanted):
        return 0
    if name.startswith(" ".join(wanted)):
        return 1
    if all(word in name for word in wanted):
        return 2
    if all(any(_alike(word, part) for part in name.split()) for word in wanted):
        return 3
    return None


def _alike(word: str, part: str) -> bool:
    return word in part or (len(word) > 3 and SequenceMatcher(None, word, part).ratio() >= LIKE_ENOUGH)


SEARCHED: dict[str, str] = {
    "product": "catalog.product.read",
    "patient": "dispensing.patient.read",
    "supplier": "catalog.supplier.read",
    "batch": "stock.balance.read",
    "document": "stock.balance.read",
}
"""Kind of thing that the search finds → the permission it needs."""


def searched_kinds(actor: Actor, *, dispensing: bool) -> frozenset[str]:
    return frozenset(
        kind
        for kind, permission in SEARCHED.items()
        if actor.may(permission) and (dispensing or kind != "patient")
    )


def found_url(kind: str, found_id: object, document_kind: str, actor: Actor) -> str:
    """Where a thing that was found is shown."""
    if kind == "document":
        return document_url(document_kind, found_id, actor)
    return f"/batches/{found_id}" if kind == "batch" else f"/{kind}s/{found_id}"
