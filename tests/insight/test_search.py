"""The search: what it finds, how forgiving it is, and for whom."""

from datetime import date

import pytest

from stockroom.insight import rules
from stockroom.insight.queries.search import Found, find_everything
from stockroom.people.rules import BUILTIN_ROLES
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from tests.conftest import SignIn
from tests.insight.ground import Hospital, Story

GTIN = "05909990012343"


async def found_by(
    db: Connection, q: str, actor: Actor, *, barcode: str = "", batch: str = "", dispensing: bool = True
) -> list[Found]:
    return await find_everything(
        db,
        q,
        kinds=rules.searched_kinds(actor, dispensing=dispensing),
        barcode=barcode or q,
        batch=batch,
        departments=actor.department_list(),
        zone="Europe/Warsaw",
        most=8,
    )


def named(found: list[Found], kind: str) -> list[str]:
    return [one.title for one in found if one.kind == kind]


@pytest.mark.parametrize(
    ("q", "kind", "title"),
    [
        ("PARA500", "product", "Paracetamol 500 mg"),
        ("paracetamol", "product", "Paracetamol 500 mg"),
        ("paracetamole", "product", "Paracetamol 500 mg"),
        ("500 parac", "product", "Paracetamol 500 mg"),
        ("B01AA", "product", "Warfarin 5 mg"),
        ("wojcik", "patient", "Jan Wójcik"),
        ("WÓJCIK jan", "patient", "Jan Wójcik"),
        ("slliwinska", "patient", "Ewa Śliwińska"),
        ("k-1", "patient", "Jan Wójcik"),
        ("labedz", "supplier", "Hurtownia Łabędź"),
        ("łódź", "supplier", "Hurtownia Łabędź"),
    ],
)
async def test_folds_letters_and_forgives_typing_errors(
    db: Connection, hospital: Hospital, actor: Actor, q: str, kind: str, title: str
) -> None:
    assert named(await found_by(db, q, actor), kind) == [title]


async def test_the_very_code_leaves_likenesses_out(db: Connection, hospital: Hospital, actor: Actor) -> None:
    await db.execute("update dispensing.patient set file_number = 'K-12' where id = %s", [hospital.stranger])
    assert [(one.title, one.rank) for one in await found_by(db, "K-1", actor)] == [
        ("Jan Wójcik", 0),
        ("Ewa Śliwińska", 1),
    ]


async def test_finds_batches_and_documents_by_their_codes(
    db: Connection, story: Story, hospital: Hospital, actor: Actor
) -> None:
    batch = await story.shelve(20, code="LOT-77/A", days=100)
    moved = await story.transfer(5, at=story.at)
    (hit,) = await found_by(db, "lot-77", actor)
    assert (hit.kind, hit.id, hit.note, hit.rank) == ("batch", batch, "Paracetamol 500 mg", 1)
    cursor = await db.execute("select number from stock.document where id = %s", [moved])
    row = await cursor.fetchone()
    assert row is not None
    assert [(one.kind, one.id, one.rank) for one in await found_by(db, row[0].lower(), actor)] == [
        ("document", moved, 0)
    ]
    assert await found_by(db, "LOT%", actor) == [], "signs of the database mean themselves"


async def test_a_barcode_finds_its_product(db: Connection, hospital: Hospital, actor: Actor) -> None:
    await db.execute(
        "insert into catalog.barcode (code, product_id) values (%s, %s)", [GTIN, hospital.tablets]
    )
    found = await found_by(db, GTIN[1:], actor)
    assert [(one.id, one.rank) for one in found] == [(hospital.tablets, 0)]


async def test_each_kind_needs_its_permission(
    db: Connection, story: Story, hospital: Hospital, actor: Actor
) -> None:
    await story.shelve(20, code="JAN-1", days=100)
    for role, kinds in (
        ("pharmacist", {"patient", "batch"}),
        ("auditor", {"patient", "batch"}),
        ("purchasing", {"batch"}),
    ):
        person = Actor(None, role, BUILTIN_ROLES[role][1])
        assert {one.kind for one in await found_by(db, "jan", person)} == kinds, role
    assert await found_by(db, "jan", Actor(None, "nobody", frozenset())) == []
    assert named(await found_by(db, "jan", actor, dispensing=False), "patient") == []


async def test_a_nurse_finds_only_what_is_of_her_ward(
    db: Connection, story: Story, hospital: Hospital, actor: Actor
) -> None:
    await story.shelve(20, code="HERE", days=100, place=hospital.ward_store)
    await story.shelve(20, code="THERE", days=100)
    other = await story.receive(1, "1", at=story.at)
    nurse = hospital.nurse(actor)
    assert named(await found_by(db, "wójcik", nurse), "patient") == ["Jan Wójcik"]
    assert named(await found_by(db, "śliwińska", nurse), "patient") == []
    assert named(await found_by(db, "S-7", nurse), "patient") == []
    assert named(await found_by(db, "here", nurse), "batch") == ["HERE"]
    assert named(await found_by(db, "there", nurse), "batch") == []
    cursor = await db.execute("select number from stock.document where id = %s", [other])
    row = await cursor.fetchone()
    assert row is not None
    assert await found_by(db, row[0], nurse) == []


async def test_finds_at_most_eight_of_a_kind_and_nothing_for_nothing(
    db: Connection, story: Story, actor: Actor
) -> None:
    for number in range(10):
        await story.shelve(1, code=f"SERIES-{number}", days=100 + number)
    assert len(named(await found_by(db, "series", actor), "batch")) == 8
    for q in ("", "   ", "\x00"):
        assert await found_by(db, q, actor) == []


async def test_the_palette_shows_what_the_person_may_open_in_their_language(
    sign_in: SignIn, busy: Hospital
) -> None:
    purchasing = await sign_in("purchasing")
    pages = (await purchasing.get("/palette")).text
    assert 'href="/receive"' in pages
    assert 'href="/help"' in pages
    assert 'href="/audit"' not in pages
    assert 'href="/dispense"' not in pages
    assert "Wójcik" not in (await purchasing.get("/palette", params={"q": "wójcik"})).text
    pharmacist = await sign_in("pharmacist")
    assert "Jan Wójcik" in (await pharmacist.get("/palette", params={"q": "wojcik"})).text
    found = (await pharmacist.get("/palette", params={"q": "transfer"})).text
    assert found.index('href="/transfer"') < found.index("</a>")
    assert found.startswith('<div role="group"')


async def test_the_palette_of_a_nurse_hides_other_wards(sign_in: SignIn, busy: Hospital) -> None:
    nurse = await sign_in("ward", departments=[busy.ward.cardiology])
    for q, there in (("wójcik", True), ("śliwińska", False), ("OLD1", False), ("NEW1", True)):
        for address in ("/palette", "/search", "/api/search"):
            text = (await nurse.get(address, params={"q": q})).text
            assert (f"/patients/{busy.ward.patient}" in text or "/batches/" in text) is there, (address, q)
            assert str(busy.stranger) not in text


async def test_the_search_page_keeps_the_words_and_says_when_nothing_fits(
    sign_in: SignIn, busy: Hospital
) -> None:
    client = await sign_in("pharmacist")
    found = await client.get("/search", params={"q": "parac"})
    assert found.status_code == 200
    assert 'value="parac"' in found.text
    assert f'href="/products/{busy.tablets}"' in found.text
    nothing = await client.get("/search", params={"q": '<b>"quince'})
    assert "Nothing fits" in nothing.text
    assert "<b>" not in nothing.text
    empty = await client.get("/search")
    assert empty.status_code == 200


@pytest.mark.parametrize(
    "q", ["\x00", "x" * 5000, "%", "_" * 30, "a " * 300, "'; drop table", "]d20105909990012343"]
)
async def test_any_words_are_answered(sign_in: SignIn, busy: Hospital, q: str) -> None:
    client = await sign_in("admin")
    for address in ("/palette", "/search"):
        assert (await client.get(address, params={"q": q})).status_code == 200


async def test_a_scanned_box_finds_its_product_and_batch(sign_in: SignIn, busy: Hospital) -> None:
    async with sign_in.database.transaction() as db:
        await db.execute(
            "insert into catalog.barcode (code, product_id) values (%s, %s)", [GTIN, busy.tablets]
        )
    client = await sign_in("pharmacist")
    code = f"01{GTIN}17{date(2030, 1, 31):%y%m%d}10NEW1"
    items = (await client.get("/api/search", params={"q": code})).json()["items"]
    assert [(item["kind"], item["rank"]) for item in items] == [("product", 0), ("batch", 0)]
    assert items[0]["url"] == f"/products/{busy.tablets}"


@pytest.mark.parametrize("params", [{}, {"q": ""}, {"q": "x" * 201}, {"q": "a\x00"}])
async def test_the_api_refuses_bad_words(sign_in: SignIn, params: dict[str, str]) -> None:
    client = await sign_in("pharmacist")
    answer = await client.get("/api/search", params=params)
    assert (answer.status_code, answer.json()["status"]) == (422, 422)


@pytest.mark.parametrize("address", ["/", "/palette", "/search", "/help", "/verify"])
async def test_visitors_are_asked_to_sign_in(sign_in: SignIn, address: str) -> None:
    visitor = await sign_in.visitor()
    answer = await visitor.get(address)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={address}")
