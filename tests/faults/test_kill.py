"""Twenty times something is killed under load: nothing that was acknowledged is lost, nothing has two effects."""

from collections import Counter
from contextlib import ExitStack, closing
from random import Random

import psutil

from tests.faults.ground import on_hand, open_pharmacy, stock_up
from tests.faults.load import Load, Poster, burst
from tests.running import RunningServer, room_for_a_server, running_server, sign_in

CLIENTS = 4
ALL_KINDS = ("server", "database", "database", "both", "database")
KILLS = ALL_KINDS * 4
START_STOCK = 500


def kill(server: RunningServer, what: str) -> None:
    """What an operating system does to a process: no goodbye. The server must be started again by its keeper
    (systemd, Docker); its embedded database it starts again itself."""
    postmaster = server.postmaster()
    if what != "database":
        server.kill()
    if what != "server":
        postmaster.kill()
    if what != "database":
        server.start()


def test_acknowledged_documents_outlive_twenty_kills():
    random = Random(20_26)  # noqa: S311  (when to kill, not a secret)
    with room_for_a_server() as room, running_server(room) as server, ExitStack() as people:
        server.create_user("admin", "admin")
        server.start()
        clients = [people.enter_context(closing(sign_in(server, "admin"))) for _ in range(CLIENTS)]
        pharmacy = open_pharmacy(clients[0])
        before = stock_up(clients[0], pharmacy, START_STOCK)
        load = Load()
        for number, what in enumerate(KILLS):

            def between(what: str = what) -> None:
                load.wait_for(random.randint(8, 24))
                kill(server, what)
                load.wait_for(8)

            known = len(load.acknowledged)
            burst([Poster(one, pharmacy, load, 100 * number + i) for i, one in enumerate(clients)], between)
            assert load.faults == [], server.tail()
            assert lost(clients[0], load, since=known) == []
            assert repeated(clients[0], load) == []
            assert {product: on_hand(clients[0], product) for product in pharmacy.products} == expected(
                load, pharmacy.products
            )
            assert server.look() == [], f"after kill {number} ({what})"
            assert number % len(ALL_KINDS) or server.verify() == []
        assert documents(clients[0]) == len(load.acknowledged) + before


def lost(client, load, *, since):
    return [one for one in load.acknowledged[since:] if client.get(f"{one.path}/{one.id}").status_code != 200]


def repeated(client, load):
    """The last documents once more, with their keys: the same document is answered, and none is made."""
    found = []
    for one in load.acknowledged[-5:]:
        answer = client.post(one.path, json=one.body, headers={"Idempotency-Key": one.key})
        if answer.status_code != 201 or answer.json()["id"] != one.id:
            found.append((one, answer.text))
    return found


def expected(load, products):
    changes = Counter(dict.fromkeys(products, START_STOCK))
    for one in load.acknowledged:
        changes[one.change[0]] += one.change[1]
    return dict(changes)


def documents(client) -> int:
    return client.get("/api/documents", params={"per_page": 100}).json()["total"]


def test_workers_end_with_their_killed_parent():
    with room_for_a_server() as room, running_server(room, workers=2) as server:
        server.create_user("admin", "admin")
        server.start()
        family = psutil.Process(server.pid).children(recursive=True)
        server.kill()
        _, alive = psutil.wait_procs(family, timeout=30)
        assert alive == []
        server.start()
        sign_in(server, "admin").close()
