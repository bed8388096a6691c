"""Stock over the API: what it answers, whom it serves, and what it makes of bad input."""

from typing import Any
from uuid import uuid4

from tests.stock.shop import Shop

SUPPLIER = "00000000-0000-7000-8000-000000000001"
NUL = "a\x00b"


async def test_posts_answer_the_whole_document_and_where_it_is(shop: Shop) -> None:
    await shop.put(10, "B", days=200, cost=0.5)
    await shop.put(4, "A", days=100)
    lines = [{"product_id": shop.tablets, "quantity": 5}]
    body = {"from_place_id": shop.store, "to_place_id": shop.ward, "lines": lines, "note": "round"}
    made = await shop.client.post("/api/transfers", json=body)
    assert made.status_code == 201
    document = made.json()
    assert made.headers["location"] == f"/api/transfers/{document['id']}"
    assert (document["kind"], document["from_place_name"], document["note"]) == ("transfer", "Main", "round")
    assert [(line["batch_code"], line["quantity"], line["line"]) for line in document["lines"]] == [
        ("A", 4, 1),
        ("B", 1, 1),
    ]
    assert (await shop.client.get(made.headers["location"])).json() == document
    assert (await shop.client.get(f"/api/issues/{document['id']}")).status_code == 404
    listed = (await shop.client.get("/api/transfers")).json()
    assert [(row["number"], row["lines"], row["reversed"]) for row in listed["items"]] == [
        (document["number"], 1, False)
    ]


async def test_balances_say_what_may_be_taken(shop: Shop) -> None:
    batch = await shop.put(10, cost=0.5)
    await shop.put(3, "OLD", days=-1)
    hold = {"batch_id": batch, "place_id": shop.store, "quantity": 4, "reason": "look"}
    assert (await shop.client.post("/api/holds", json=hold)).status_code == 200
    rows = (await shop.client.get("/api/balances", params={"sort": "expires_on"})).json()["items"]
    assert [(row["batch_code"], row["on_hand"], row["on_hold"], row["available"]) for row in rows] == [
        ("OLD", 3, 0, 0),
        ("A1", 10, 4, 6),
    ]
    assert (rows[0]["expired"], rows[1]["value"]) == (True, 5)
    for params, codes in (
        ({"expired": "true"}, ["OLD"]),
        ({"has_available": "true"}, ["A1"]),
        ({"has_hold": "true"}, ["A1"]),
        ({"batch_id": batch}, ["A1"]),
        ({"place_id": shop.ward}, []),
        ({"status": "recalled"}, []),
        ({"q": "paracetmol", "expired": "false"}, ["A1"]),
    ):
        found = (await shop.client.get("/api/balances", params=params)).json()["items"]
        assert [row["batch_code"] for row in found] == codes, params
    stock = (await shop.client.get("/api/stock")).json()["items"]
    assert [(row["on_hand"], row["on_hold"], row["expired"], row["available"]) for row in stock] == [
        (13, 4, 3, 6)
    ]


async def test_holds_recalls_and_releases_a_batch_by_its_version(shop: Shop) -> None:
    batch = await shop.put(10)
    url = f"/api/batches/{batch}"
    shown = await shop.client.get(url)
    assert shown.json()["places"][0]["on_hand"] == 10
    held = await shop.client.post(
        f"{url}/hold", json={"reason": "look"}, headers={"If-Match": shown.headers["etag"]}
    )
    assert (held.status_code, held.json()["batch"]["status"], held.headers["etag"]) == (200, "on_hold", '"2"')
    stale = await shop.client.post(f"{url}/recall", json={"reason": "x"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (409, "version.stale")
    blind = await shop.client.post(f"{url}/recall", json={"reason": "x"})
    assert (blind.status_code, blind.json()["code"]) == (422, "version.missing")
    recalled = await shop.client.post(f"{url}/recall", json={"reason": "x"}, headers={"If-Match": '"2"'})
    released = await shop.client.post(f"{url}/release", json={"reason": "y"}, headers={"If-Match": '"3"'})
    assert (recalled.json()["batch"]["status"], released.json()["batch"]["status"]) == (
        "recalled",
        "available",
    )
    for params, total in (
        ({"has_stock": "true"}, 1),
        ({"has_stock": "false"}, 0),
        ({"status": "available", "product_id": shop.tablets, "place_id": shop.store}, 1),
        ({"place_id": shop.ward}, 0),
        ({"expires_before": "2020-01-01"}, 0),
        ({"expires_after": "2020-01-01", "q": "a1"}, 1),
        ({"q": "parace"}, 1),
    ):
        found = (await shop.client.get("/api/batches", params=params)).json()
        assert found["total"] == total, params


async def test_the_ledger_pages_by_key_and_filters(shop: Shop) -> None:
    await shop.put(10)
    transfer = await shop.move(3)
    for _ in range(3):
        await shop.move(1)
    first = (await shop.client.get("/api/movements", params={"limit": 2})).json()
    second = (
        await shop.client.get("/api/movements", params={"limit": 2, "cursor": first["next_cursor"]})
    ).json()
    seen = [row["seq"] for row in first["items"] + second["items"]]
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 4
    for params, total in (
        ({"product_id": shop.tablets}, 5),
        ({"product_id": shop.gauze}, 0),
        ({"place_id": shop.ward}, 4),
        ({"document_id": transfer["id"]}, 1),
        ({"kind": "adjustment"}, 1),
        ({"since": "2020-01-01T00:00:00Z", "until": "2021-01-01T00:00:00+01:00"}, 0),
    ):
        found = (await shop.client.get("/api/movements", params=params)).json()
        assert found["total"] == total, params
    naive = await shop.client.get("/api/movements", params={"since": "2020-01-01T00:00:00"})
    assert naive.status_code == 422


async def test_takes_a_document_back_once(shop: Shop) -> None:
    await shop.put(10)
    transfer = await shop.move(3)
    url = f"/api/documents/{transfer['id']}/reverse"
    back = await shop.client.post(url, json={"reason": "wrong ward"})
    assert (back.status_code, back.json()["kind"]) == (201, "reversal")
    again = await shop.client.post(url, json={"reason": "wrong ward"})
    assert (again.status_code, again.json()["code"]) == (409, "document.already_reversed")
    missing = await shop.client.post(f"/api/documents/{uuid4()}/reverse", json={"reason": "x"})
    assert missing.status_code == 404
    empty = await shop.client.post(url, json={"reason": " "})
    assert (empty.status_code, empty.json()["errors"][0]["pointer"]) == (422, "/reason")


async def test_says_what_expires_and_what_is_low(shop: Shop) -> None:
    await shop.put(3, "OLD", days=-1)
    await shop.put(5, "SOON", days=20)
    await shop.put(7, "LATE", days=400)
    for params, codes in (
        ({}, ["OLD", "SOON", "LATE"]),
        ({"days": "90"}, ["OLD", "SOON"]),
        ({"days": "30", "expired": "false"}, ["SOON"]),
        ({"expired": "true"}, ["OLD"]),
    ):
        found = (await shop.client.get("/api/expiry", params=params)).json()["items"]
        assert [row["batch_code"] for row in found] == codes, params
    level = {"product_id": shop.tablets, "minimum": 10, "reorder_at": 12, "maximum": 50}
    made = await shop.client.put("/api/levels", json=level)
    assert (made.status_code, made.headers["etag"], made.json()["maximum"]) == (200, '"1"', 50)
    assert (await shop.client.put("/api/levels", json=level)).status_code == 409
    low = (await shop.client.get("/api/low-stock")).json()["items"]
    assert [(row["available"], row["suggested"], row["state"]) for row in low] == [(12, 38, "reorder")]
    levels = (await shop.client.get("/api/levels", params={"product_id": shop.tablets})).json()
    assert levels["total"] == 1


async def test_names_the_reasons(shop: Shop) -> None:
    for path, code in (("adjustment", "entry_error"), ("disposal", "contaminated")):
        reasons = (await shop.client.get(f"/api/{path}-reasons")).json()
        assert code in [reason["code"] for reason in reasons]


async def test_opens_changes_and_archives_a_place(shop: Shop) -> None:
    made = await shop.client.post("/api/places", json={"code": "B1", "name": "Bin", "kind": "storage"})
    assert made.status_code == 201
    url = made.headers["location"]
    changed = await shop.client.put(
        url, json={"code": "B1", "name": "Shelf", "kind": "storage"}, headers={"If-Match": '"1"'}
    )
    assert (changed.json()["name"], changed.headers["etag"]) == ("Shelf", '"2"')
    assert (await shop.client.delete(url, headers={"If-Match": '"1"'})).status_code == 409
    assert (await shop.client.delete(url, headers={"If-Match": '"2"'})).status_code == 204
    back = await shop.client.post(f"{url}/restore", headers={"If-Match": '"3"'})
    assert (back.status_code, back.json()["active"]) == (200, True)
    found = (await shop.client.get("/api/places", params={"q": "shelff", "active": "true"})).json()
    assert [row["code"] for row in found["items"]] == ["B1"]


def bad_postings(shop: Shop) -> list[tuple[str, dict[str, Any], int, str, str]]:
    """Path, changes of a good body, status, pointer, code."""
    tablets = {"product_id": shop.tablets, "quantity": 1}
    line = "/lines/0/"
    quantities: list[tuple[Any, int, str]] = [
        (0, 422, "quantity.not_positive"),
        (-1, 422, "quantity.not_positive"),
        (0.5, 422, "quantity.too_precise"),
        (1e13, 422, "quantity.too_large"),
        ("NaN", 422, "quantity.too_large"),
        ("Infinity", 422, "quantity.too_large"),
        ("ten", 422, "field.number"),
        (None, 422, "field.number"),
        (11, 409, "stock.short"),
    ]
    cases = [
        (path, {"lines": [tablets | {"quantity": value}]}, status, f"{line}quantity", code)
        for path in ("/api/transfers", "/api/issues", "/api/disposals")
        for value, status, code in quantities
    ]
    cases += [
        ("/api/adjustments", {"lines": [tablets | {"quantity": value}]}, 422, f"{line}quantity", code)
        for value, code in (
            (0, "quantity.zero"),
            (0.5, "quantity.too_precise"),
            ("NaN", "quantity.too_large"),
        )
    ]
    place = dict.fromkeys(("/api/issues", "/api/disposals", "/api/adjustments"), "/place_id")
    for path, pointer in (place | {"/api/transfers": "/from_place_id"}).items():
        field = pointer.strip("/")
        cases += [
            (path, {"colour": "red"}, 422, "/colour", "field.unknown"),
            (path, {"lines": []}, 422, "/lines", "stock.nothing_to_post"),
            (path, {"lines": "x"}, 422, "/lines", "field.type"),
            (path, {"lines": [tablets] * 1001}, 422, "/lines", "stock.too_many_lines"),
            (path, {"lines": [tablets | {"shade": 1}]}, 422, f"{line}shade", "field.unknown"),
            (path, {"lines": [{"quantity": 1}]}, 422, f"{line}product_id", "field.required"),
            (path, {"lines": [tablets | {"product_id": "x"}]}, 422, f"{line}product_id", "field.id"),
            (path, {"lines": [tablets | {"product_id": str(uuid4())}]}, 422, f"{line}product_id",
             "product.unknown"),
            (path, {"lines": [tablets | {"batch_id": str(uuid4())}]}, 422, f"{line}batch_id",
             "batch.unknown"),
            (path, {"note": NUL}, 422, "/note", "field.characters"),
            (path, {"note": "x" * 4001}, 422, "/note", "field.too_long"),
            (path, {field: str(uuid4())}, 422, pointer, "place.unknown"),
            (path, {field: SUPPLIER}, 409, pointer, "place.not_usable"),
            (path, {field: 7}, 422, pointer, "field.id"),
        ]  # fmt: skip
    cases += [
        ("/api/transfers", {"to_place_id": shop.store}, 422, "/to_place_id", "transfer.same_place"),
        ("/api/adjustments", {"reason": "mood"}, 422, "/reason", "reason.unknown"),
        ("/api/disposals", {"reason": NUL}, 422, "/reason", "field.characters"),
        ("/api/disposals", {"reason": "count"}, 422, "/reason", "reason.unknown"),
    ]
    batch = {"batch_code": "B2", "expires_on": "2030-01-31"}
    cases += [
        ("/api/adjustments", {"lines": [tablets | batch | {name: value}]}, 422, f"{line}{name}", code)
        for name, value, code in (
            ("batch_code", NUL, "field.characters"),
            ("batch_code", "x" * 65, "field.too_long"),
            ("batch_code", "", "batch.code_missing"),
            ("expires_on", "2030-02-30", "field.date"),
            ("expires_on", "0001-01-01", "date.impossible"),
            ("expires_on", "9999-12-31", "date.impossible"),
            ("unit_cost", -1, "cost.impossible"),
            ("unit_cost", "NaN", "cost.impossible"),
        )
    ]
    return cases


async def test_bad_input_is_told_at_its_field_and_writes_nothing(shop: Shop) -> None:
    await shop.put(10)
    good = {
        "/api/transfers": {"from_place_id": shop.store, "to_place_id": shop.ward},
        "/api/issues": {"place_id": shop.store},
        "/api/disposals": {"place_id": shop.store, "reason": "damaged"},
        "/api/adjustments": {"place_id": shop.store, "reason": "count"},
    }
    lines = {"lines": [{"product_id": shop.tablets, "quantity": 1}]}
    before = await shop.documents()
    for path, changes, status, pointer, code in bad_postings(shop):
        refused = await shop.client.post(path, json=good[path] | lines | changes)
        told = [(error["pointer"], error["code"]) for error in refused.json().get("errors", [])]
        assert (refused.status_code, (pointer, code) in told) == (status, True), (path, changes, refused.text)
    broken = await shop.client.post(
        "/api/issues", content=b'{"place_id": ', headers={"Content-Type": "application/json"}
    )
    assert broken.status_code == 422
    assert await shop.documents() == before


async def test_one_key_posts_once(shop: Shop) -> None:
    await shop.put(10)
    lines = [{"product_id": shop.tablets, "quantity": 4}]
    body, key = {"place_id": shop.store, "lines": lines}, {"Idempotency-Key": uuid4().hex}
    first = await shop.client.post("/api/issues", json=body, headers=key)
    again = await shop.client.post("/api/issues", json=body, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    left = (await shop.client.get("/api/stock")).json()["items"][0]["on_hand"]
    assert left == 6


async def test_bad_questions_are_told_at_the_parameter(shop: Shop) -> None:
    for path, pointer in (
        ("stock?at=yesterday", "/at"),
        ("stock?at=2026-02-30", "/at"),
        ("balances?at=9999-12-31", "/at"),
        ("balances?colour=red", "/colour"),
        ("batches?status=lost", "/status"),
        ("expiry?days=-1", "/days"),
        ("movements?cursor=abc", "/cursor"),
        ("stock-card", "/product_id"),
        ("stock-card?product_id=7", "/product_id"),
        (f"stock-card?product_id={shop.tablets}&from=9999-12-31", "/from"),
        (f"stock-card?product_id={shop.tablets}&limit=0", "/limit"),
        (f"stock-card?product_id={shop.tablets}&cursor=AAAA", "/cursor"),
    ):
        refused = await shop.client.get(f"/api/{path}")
        assert refused.status_code == 422, path
        assert [error["pointer"] for error in refused.json()["errors"]] == [pointer], path


async def test_a_bound_person_sees_and_moves_only_own_places(shop: Shop) -> None:
    elsewhere = await shop.put(10)
    transfer = await shop.move(4)
    hidden = await shop.post(
        "/api/issues", place_id=shop.store, lines=[{"product_id": shop.tablets, "quantity": 1}]
    )
    only_there = await shop.put(2, "THERE")
    nurse = await shop.nurse()
    assert [row["code"] for row in (await nurse.get("/api/places")).json()["items"]] == ["WARD"]
    assert [row["place_name"] for row in (await nurse.get("/api/balances")).json()["items"]] == ["Ward"]
    assert (await nurse.get("/api/stock")).json()["items"][0]["on_hand"] == 4
    assert (await nurse.get("/api/stock", params={"at": "2200-01-01"})).json()["items"][0]["on_hand"] == 4
    assert (await nurse.get("/api/balances", params={"at": "2200-01-01"})).json()["total"] == 1
    assert (await nurse.get("/api/expiry")).json()["total"] == 1
    assert [row["code"] for row in (await nurse.get("/api/batches")).json()["items"]] == ["A1"]
    assert [row["number"] for row in (await nurse.get("/api/documents")).json()["items"]] == [
        transfer["number"]
    ]
    assert (await nurse.get("/api/movements")).json()["total"] == 1
    card = (await nurse.get("/api/stock-card", params={"product_id": shop.tablets})).json()
    assert [(row["taken_in"], row["given_out"], row["balance"]) for row in card["rows"]] == [(4, None, 4)]
    for path in (
        f"/api/places/{shop.store}",
        f"/api/documents/{hidden['id']}",
        f"/api/issues/{hidden['id']}",
        f"/api/batches/{only_there}",
        f"/api/stock-card?product_id={shop.tablets}&place_id={shop.store}",
        f"/api/stock-card?batch_id={only_there}",
    ):
        assert (await nurse.get(path)).status_code == 404, path
    before = await shop.documents()
    lines = [{"product_id": shop.tablets, "quantity": 1, "batch_id": elsewhere}]
    for path, body in (
        ("/api/issues", {"place_id": shop.store}),
        ("/api/transfers", {"from_place_id": shop.store, "to_place_id": shop.ward}),
        ("/api/transfers", {"from_place_id": shop.ward, "to_place_id": shop.store}),
    ):
        refused = await nurse.post(path, json=body | {"lines": lines})
        assert (refused.status_code, refused.json()["code"]) == (403, "place.not_yours"), path
    assert await shop.documents() == before
    used = await nurse.post("/api/issues", json={"place_id": shop.ward, "lines": lines})
    assert used.status_code == 201
    assert used.json()["lines"][0]["unit_cost"] is None


async def test_costs_are_for_those_who_may_see_prices(shop: Shop) -> None:
    await shop.put(10, cost=918.25)
    nurse, clerk = await shop.sign_in("ward"), await shop.sign_in("purchasing")
    assert "918.25" in (await clerk.get("/api/balances")).text
    blind = await nurse.get("/api/balances")
    assert blind.json()["total"] == 1
    assert "918.25" not in blind.text


async def test_permissions_guard_every_posting(shop: Shop) -> None:
    auditor, visitor = await shop.sign_in("auditor"), await shop.sign_in.visitor()
    posts = ["/api/transfers", "/api/issues", "/api/adjustments", "/api/disposals", "/api/holds",
             "/api/holds/release", "/api/places", f"/api/documents/{uuid4()}/reverse",
             f"/api/batches/{uuid4()}/recall"]  # fmt: skip
    for path in posts:
        assert (await auditor.post(path, json={})).status_code == 403, path
    for path in ("/api/stock", "/api/balances", "/api/documents", "/api/stock-card", "/stock", "/transfer"):
        assert (await visitor.get(path)).status_code in (401, 303), path
