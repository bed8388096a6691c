"""Clients that post documents without pause and never lose track of what they were told."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import uuid4

import httpx

from tests.faults.ground import Pharmacy

PATIENCE_SECONDS = 60.0
PAUSE = 0.02
BUSY = frozenset({429, 503})


@dataclass(frozen=True)
class Acknowledged:
    """A document that the server said it had posted, and how to ask for it again with the same key."""

    key: str
    path: str
    body: dict[str, Any]
    id: str
    change: tuple[str, int]
    """Product, and what the document does to its quantity in the house."""


@dataclass
class Load:
    """What all clients were told so far. ``faults`` are answers that no fault of the machine excuses."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _told: threading.Condition = field(default_factory=threading.Condition)

    def note(self, document: Acknowledged) -> None:
        with self._told:
            self.acknowledged.append(document)
            self._told.notify_all()

    def wait_for(self, more: int) -> None:
        """Until that many more documents are acknowledged."""
        with self._told:
            wanted = len(self.acknowledged) + more
            reached = self._told.wait_for(
                lambda: len(self.acknowledged) >= wanted or self.faults, PATIENCE_SECONDS
            )
        assert reached, f"only {len(self.acknowledged)} of {wanted} were acknowledged in time"


class Poster(threading.Thread):
    """One client. It repeats a request with its key until it is answered, as a good client does."""

    def __init__(self, client: httpx.Client, pharmacy: Pharmacy, load: Load, seed: int) -> None:
        super().__init__(name=f"client {seed}", daemon=True)
        self.client = client
        self.pharmacy = pharmacy
        self.load = load
        self.random = Random(seed)  # noqa: S311  (which documents, not a secret)
        self.over = threading.Event()

    def run(self) -> None:
        try:
            while not self.over.is_set():
                self._post_one()
        except Exception as error:  # noqa: BLE001  (a thread's error is the test's)
            self.load.faults.append(f"{self.name}: {error!r}")

    def _post_one(self) -> None:
        product, quantity = self.random.randrange(3), self.random.randint(1, 4)
        key = uuid4().hex
        choices: Sequence[tuple[str, Callable[[], dict[str, Any]], int]] = (
            (
                "/api/receipts",
                lambda: self.pharmacy.receipt(product, 5 * quantity, f"B{key[:3]}"),
                5 * quantity,
            ),
            ("/api/dispensings", lambda: self.pharmacy.dispensing(product, quantity), -quantity),
            ("/api/transfers", lambda: self.pharmacy.transfer(product, quantity), 0),
        )
        path, body_of, change = self.random.choice(choices)
        body = body_of()
        answer = self.until_answered(path, body, key)
        if answer.status_code == 201:
            changed = (self.pharmacy.products[product], change)
            self.load.note(Acknowledged(key, path, body, answer.json()["id"], changed))
        elif answer.status_code != 409 or answer.json()["code"] != "stock.short":
            self.load.faults.append(f"{path}: {answer.status_code} {answer.text}")
            self.over.set()

    def until_answered(self, path: str, body: dict[str, Any], key: str) -> httpx.Response:
        """Repeats while the server is away or busy; it must say when to come back."""
        for _ in range(round(PATIENCE_SECONDS / PAUSE)):
            try:
                answer = self.client.post(path, json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code not in BUSY:
                return answer
            assert answer is None or "retry-after" in answer.headers
            threading.Event().wait(PAUSE)
        raise TimeoutError(f"{path} was not answered in {PATIENCE_SECONDS:g} seconds")


def burst(posters: Sequence[Poster], between: Callable[[], None]) -> None:
    """All clients post while ``between`` does its worst, and finish what they began."""
    for poster in posters:
        poster.start()
    try:
        between()
    finally:
        for poster in posters:
            poster.over.set()
        for poster in posters:
            poster.join(2 * PATIENCE_SECONDS)
