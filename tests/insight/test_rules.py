"""Who gets which home page, what today is compared with, and which pages words mean."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from stockroom.insight import rules
from stockroom.insight.queries.verify import ANCHORS, AUDIT_CHAIN
from stockroom.people.rules import ALL, BUILTIN_ROLES
from stockroom.platform.access import Actor
from stockroom.platform.ids import new_id
from stockroom.stock import INVARIANTS
from tests.conftest import WARSAW


def somebody(role: str, *, bound: bool = False) -> Actor:
    departments = frozenset({new_id()}) if bound else None
    return Actor(None, "Somebody", BUILTIN_ROLES[role][1], departments=departments)


@pytest.mark.parametrize(
    ("role", "bound", "kind"),
    [
        ("admin", False, "pharmacy"),
        ("pharmacist", False, "pharmacy"),
        ("technician", False, "pharmacy"),
        ("ward", True, "ward"),
        ("pharmacist", True, "ward"),
        ("ward", False, "pharmacy"),
        ("purchasing", False, "purchasing"),
        ("auditor", False, "oversight"),
    ],
)
def test_the_home_page_follows_what_a_person_may_do(role: str, bound: bool, kind: str) -> None:
    assert rules.home_kind(somebody(role, bound=bound)) == kind


def test_sections_need_their_permission_and_their_module() -> None:
    pharmacist = somebody("pharmacist")
    assert "sign_ins" not in rules.sections_for(pharmacist, dispensing=True)
    assert "sign_ins" in rules.sections_for(somebody("admin"), dispensing=True)
    assert "entries" in rules.sections_for(somebody("auditor"), dispensing=True)
    assert {"owed", "dispensed"} <= rules.sections_for(pharmacist, dispensing=True)
    assert not rules.sections_for(pharmacist, dispensing=False) & rules.NEEDS_DISPENSING
    without = Actor(None, "Somebody", ALL - {"insight.dashboard.read"})
    assert rules.sections_for(without, dispensing=True) == frozenset()


def test_every_section_names_a_permission_that_there_is() -> None:
    named = {permission for sections in rules.SECTIONS.values() for permission in sections.values()}
    named |= {action.permission for action in rules.ACTIONS if action.permission}
    named |= set(rules.SEARCHED.values())
    assert named <= ALL


@pytest.mark.parametrize(
    ("role", "dispensing", "labels"),
    [
        ("pharmacist", True, ["Dispense", "Receive goods", "Transfer"]),
        ("pharmacist", False, ["Receive goods", "Transfer"]),
        ("purchasing", True, ["Receive goods"]),
        ("auditor", True, []),
    ],
)
def test_offers_first_what_a_person_does(role: str, dispensing: bool, labels: list[str]) -> None:
    found = rules.primary_actions(somebody(role), dispensing=dispensing)
    assert [action.label for action in found] == labels


def test_compares_with_the_same_time_of_day_across_the_change_of_the_clock() -> None:
    at = datetime(2026, 4, 6, 10, 30, tzinfo=WARSAW)  # Monday; the clock changed on 29 March
    windows = rules.comparison_windows(at)
    assert len(windows) == 5
    assert windows[0] == (datetime(2026, 4, 6, tzinfo=WARSAW), at)
    assert windows[2] == (
        datetime(2026, 3, 23, tzinfo=WARSAW),
        datetime(2026, 3, 23, 10, 30, tzinfo=WARSAW),
    )
    assert [since.utcoffset() for since, _ in windows[1:3]] == [timedelta(hours=2), timedelta(hours=1)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], None), ([3], Decimal("3.0")), ([1, 1, 0, 0], Decimal("0.5")), ([1, 0, 0], "0.3")],
)
def test_the_average_has_one_decimal(values: list[int], expected: Decimal | str | None) -> None:
    assert rules.average(values) == (None if expected is None else Decimal(expected))


def test_a_document_opens_on_its_own_page_where_the_person_may() -> None:
    document = new_id()
    assert rules.document_url("receipt", document, somebody("pharmacist")) == f"/receipts/{document}"
    assert rules.document_url("receipt", document, somebody("ward")) == f"/documents/{document}"
    assert rules.document_url("dispensing", document, somebody("ward")) == f"/dispensings/{document}"
    assert rules.document_url("dispensing", document, somebody("purchasing")) == f"/documents/{document}"
    assert rules.document_url("transfer", document, somebody("admin")) == f"/documents/{document}"


@pytest.mark.parametrize(
    ("label", "q", "rank"),
    [
        ("Dispense", "dispense", 0),
        ("Low stock", "low", 1),
        ("Low stock", "stock", 2),
        ("Low stock", "stok low", 3),
        ("Wydaj środki", "srodki", 2),
        ("Łóżka", "lozka", 0),
        ("Suppliers", "supliers", 3),
        ("Suppliers", "patients", None),
        ("Help", "hlp", None),
        ("Help", "", 2),
    ],
)
def test_words_mean_a_page(label: str, q: str, rank: int | None) -> None:
    assert rules.rank_of_label(label, q) == rank


def test_every_check_is_said_in_words() -> None:
    assert set(rules.CHECKS) == {*INVARIANTS, AUDIT_CHAIN, ANCHORS}
