"""What is measured: a request as a person's browser or program sends it, again and again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from benchmarks.load import Request, request
from benchmarks.setting import LINES, Ids
from stockroom.platform.ids import new_id

LINES_DISPENSED = 3


@dataclass(frozen=True)
class Session:
    """Who asks: the cookie and the token of a pharmacist."""

    cookie: str
    csrf_token: str


@dataclass(frozen=True)
class Scenario:
    """``make`` builds the request with a number; ``key`` is what must be new in each (see ``capture``)."""

    name: str
    status: int
    make: Callable[[Session, int, str], Request]
    variants: int = 1


def _get(path: str) -> Callable[[Session, int, str], Request]:
    def make(session: Session, _number: int, _key: str) -> Request:
        return request("GET", path, {"Cookie": session.cookie})

    return make


def _post(path: str, body: Callable[[int, str], Any]) -> Callable[[Session, int, str], Request]:
    def make(session: Session, number: int, key: str) -> Request:
        headers = {
            "Cookie": session.cookie,
            "X-CSRF-Token": session.csrf_token,
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        return request("POST", path, headers, msgspec.json.encode(body(number, key)))

    return make


def _dispensing(ids: Ids) -> Callable[[int, str], Any]:
    triples = [
        ids.apart[first : first + LINES_DISPENSED]
        for first in range(0, len(ids.apart) - LINES_DISPENSED + 1, LINES_DISPENSED)
    ]

    def body(number: int, _key: str) -> Any:
        """No patient gets the same medicine twice: that would be a warning to answer."""
        triple = triples[(number + number // len(ids.patients)) % len(triples)]
        return {
            "patient_id": ids.patients[number % len(ids.patients)],
            "prescriber_id": ids.prescriber,
            "place_id": ids.store,
            "lines": [{"product_id": item, "quantity": 2, "directions": "1 twice a day"} for item in triple],
        }

    return body


def _receipt(ids: Ids) -> Callable[[int, str], Any]:
    def body(_number: int, key: str) -> Any:
        return {
            "supplier_id": ids.supplier,
            "place_id": ids.store,
            "invoice_number": key,
            "lines": [
                {
                    "product_id": item,
                    "quantity": 10,
                    "batch_code": key,
                    "expires_on": date(2030, 1, 31),
                    "unit_price": 1.5,
                }
                for item in ids.medicines[:LINES]
            ],
        }

    return body


def scenarios(ids: Ids) -> list[Scenario]:
    card = f"/stock/card?product_id={ids.medicines[0]}"
    return [
        Scenario("list of 50 products, JSON", 200, _get("/api/products?limit=50")),
        Scenario("list of 50 products, page", 200, _get("/products?per_page=50")),
        Scenario("stock card, page", 200, _get(card)),
        Scenario("receipt of 100 lines", 201, _post("/api/receipts", _receipt(ids)), variants=3),
        Scenario("dispensing of 3 lines", 201, _post("/api/dispensings", _dispensing(ids)), variants=20),
    ]


def new_key() -> str:
    return new_id().hex
