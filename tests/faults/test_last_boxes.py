"""Fifty people want the last ten boxes at once: ten get one, forty are told, and nobody gets half."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from uuid import uuid4

import httpx
import pytest

from tests.faults.ground import FAR, made, on_hand, open_pharmacy
from tests.running import room_for_a_server, running_server, sign_in

PEOPLE = 50
BOXES = 10


@pytest.fixture(scope="module")
def server():
    with room_for_a_server() as room, running_server(room, workers=2) as server:
        server.create_user("admin", "admin")
        server.start()
        yield server


@pytest.fixture(scope="module")
def admin(server):
    with closing(sign_in(server, "admin")) as client:
        # A connection for each person, so that nobody waits for another's on this side.
        limits = httpx.Limits(max_connections=PEOPLE, max_keepalive_connections=PEOPLE)
        transport = httpx.HTTPTransport(limits=limits)
        crowd = httpx.Client(
            base_url=client.base_url, cookies=client.cookies, transport=transport, timeout=120,
            headers={"X-CSRF-Token": client.headers["X-CSRF-Token"]},
        )  # fmt: skip
        with crowd:
            yield crowd


@pytest.fixture(scope="module")
def pharmacy(admin):
    return open_pharmacy(admin)


@pytest.fixture
def last_boxes(admin, pharmacy):
    """A medicine of which ten are left, in batches of four, three and three."""
    code = f"LAST{uuid4().hex[:6]}"
    product = {"code": code, "name": code, "kind": "medicine", "unit": "box"}
    medicine = made(admin, "/api/products", product)
    lines = [
        {"product_id": medicine, "quantity": quantity, "batch_code": batch, "expires_on": FAR}
        for batch, quantity in (("A", 4), ("B", 3), ("C", 3))
    ]
    receipt = {"supplier_id": pharmacy.supplier, "place_id": pharmacy.store, "lines": lines}
    made(admin, "/api/receipts", receipt)
    return medicine


def rush(admin, path, bodies, keys):
    """Every body is posted in the same instant."""
    together = Barrier(len(bodies))

    def post(body, key):
        together.wait(60)
        return admin.post(path, json=body, headers={"Idempotency-Key": key})

    with ThreadPoolExecutor(len(bodies)) as hands:
        return list(hands.map(post, bodies, keys))


def outcomes(answers):
    """How many got which status, and a refusal's code."""
    return Counter(
        (answer.status_code, answer.json().get("code") if answer.is_error else None) for answer in answers
    )


def dispensing(admin, pharmacy, medicine):
    """For a patient of its own each, so that no warning stands in the way."""
    patient = made(admin, "/api/patients", {"name": "Jan Wójcik"})
    lines = [{"product_id": medicine, "quantity": 1}]
    return {
        "patient_id": patient, "prescriber_id": pharmacy.prescriber, "place_id": pharmacy.store, "lines": lines,
    }  # fmt: skip


def test_fifty_dispensings_of_the_last_ten_boxes(server, admin, pharmacy, last_boxes):
    bodies = [dispensing(admin, pharmacy, last_boxes) for _ in range(PEOPLE)]
    answers = rush(admin, "/api/dispensings", bodies, [uuid4().hex for _ in bodies])
    assert outcomes(answers) == {(201, None): BOXES, (409, "stock.short"): PEOPLE - BOXES}
    assert on_hand(admin, last_boxes) == 0
    assert server.look() == []


def test_fifty_transfers_of_the_last_ten_boxes(server, admin, pharmacy, last_boxes):
    body = {
        "from_place_id": pharmacy.store,
        "to_place_id": pharmacy.ward,
        "lines": [{"product_id": last_boxes, "quantity": 1}],
    }
    answers = rush(admin, "/api/transfers", [body] * PEOPLE, [uuid4().hex for _ in range(PEOPLE)])
    assert outcomes(answers) == {(201, None): BOXES, (409, "stock.short"): PEOPLE - BOXES}
    assert on_hand(admin, last_boxes) == BOXES
    assert server.look() == []


def test_a_key_sent_by_fifty_at_once_has_one_effect(server, admin, pharmacy, last_boxes):
    body = dispensing(admin, pharmacy, last_boxes)
    answers = rush(admin, "/api/dispensings", [body] * PEOPLE, ["one key"] * PEOPLE)
    assert outcomes(answers) == {(201, None): PEOPLE}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert on_hand(admin, last_boxes) == BOXES - 1
    assert server.look() == []


def test_documents_of_the_same_medicines_in_opposite_order_never_deadlock(server, admin, pharmacy):
    for product in range(3):
        made(admin, "/api/receipts", pharmacy.receipt(product, 2 * PEOPLE, "A"))
    there = [{"product_id": product, "quantity": 1} for product in pharmacy.products]
    bodies = [
        {
            "from_place_id": pharmacy.store,
            "to_place_id": pharmacy.ward,
            "lines": there if number % 2 else there[::-1],
        }
        for number in range(PEOPLE)
    ]
    answers = rush(admin, "/api/transfers", bodies, [uuid4().hex for _ in bodies])
    assert outcomes(answers) == {(201, None): PEOPLE}
    assert server.look() == []
