"""A later backup adds what is new, says what has changed, and overwrites nothing; and what people entered stays."""

from decimal import Decimal

from stockroom.catalog import SupplierInput, create_supplier
from stockroom.people import AccountInput, DepartmentInput, create_account, create_department
from stockroom.platform.db import Connection
from stockroom.stock import PlaceInput, create_place, find_broken_invariants
from tests.interchange.alorf.conftest import Migrate
from tests.interchange.alorf.ground import ACTOR, AT, all_rows, bring, codes, values

STORES = [{"id": "01", "name": "Main store", "department_id": "01", "inventory": {"01": 10, "02": 5}}]
MEDICINES = [{"id": "01", "name": "Apap"}, {"id": "02", "name": "Ibuprom"}]
HELD = """
select c.name, b.on_hand from stock.balance b join catalog.product c on c.id = b.product_id order by 1
"""


async def test_a_later_backup_adds_only_what_is_new(db: Connection, migrate: Migrate):
    await bring(db, migrate(medicines=MEDICINES, stores=STORES))
    more = [*MEDICINES, {"id": "03", "name": "No-Spa"}]
    stores = [STORES[0] | {"inventory": {"01": 10, "02": 5, "03": 7}}]
    outcome = await bring(db, migrate(medicines=more, stores=stores))
    assert await values(db, HELD) == [("Apap", 10), ("Ibuprom", 5), ("No-Spa", 7)]
    assert (outcome.tallies["medicines"].created, outcome.tallies["medicines"].already) == (1, 2)
    assert (outcome.tallies["stock"].created, len(outcome.documents)) == (1, 1)


async def test_what_has_changed_since_is_said_and_not_overwritten(db: Connection, migrate: Migrate):
    await bring(db, migrate(medicines=MEDICINES, stores=STORES))
    before = await all_rows(db)
    renamed = [MEDICINES[0] | {"name": "Apap Noc", "unit_price": "3.5"}, MEDICINES[1]]
    sold = [STORES[0] | {"inventory": {"01": 4, "02": 5}}]
    outcome = await bring(db, migrate(medicines=renamed, stores=sold))
    assert await all_rows(db) == before
    assert outcome.nothing_new
    said = {(line.entity, line.old_id): line.details for line in outcome.lines}
    assert said["medicines", "01"]["fields"] == "name, price"
    assert said["medicines", "01"]["now"] == "name: Apap Noc; price: 3.5"
    assert said["stock", "01/01"] == {"fields": "quantity", "now": "quantity: 4"}
    assert outcome.tallies["medicines"].different == outcome.tallies["stock"].different == 1


async def test_stock_is_not_doubled_when_its_expiry_became_known(db: Connection, migrate: Migrate):
    await bring(db, migrate(medicines=MEDICINES, stores=STORES))
    dated = [MEDICINES[0] | {"expiry_date": "2027-03-31", "batch_number": "A1"}, MEDICINES[1]]
    await bring(db, migrate(medicines=dated, stores=STORES))
    assert await values(db, HELD) == [("Apap", 10), ("Ibuprom", 5)]


async def test_an_old_document_that_changed_is_said_and_stays(db: Connection, migrate: Migrate):
    paper = {"id": "01", "date": "2025-10-01", "medicines": [{"medicine_id": "01", "quantity": 1}]}
    await bring(db, migrate(medicines=MEDICINES, consumption=[paper]))
    before = await all_rows(db)
    outcome = await bring(db, migrate(medicines=MEDICINES, consumption=[paper | {"notes": "twice"}]))
    assert codes(outcome) == ["document_changed"]
    assert await all_rows(db) == before


async def test_what_is_here_by_name_is_taken_as_it_is(db: Connection, migrate: Migrate):
    main = await create_department(
        db, department=DepartmentInput(name="Apteka"), is_main=True, actor=ACTOR, at=AT
    )
    ward = await create_department(
        db, department=DepartmentInput(name="ODDZIAŁ Łóżkowy", phone="1"), actor=ACTOR, at=AT
    )
    store = await create_place(
        db, place=PlaceInput(code="W", name="Szafa", kind="ward", department_id=ward), actor=ACTOR, at=AT
    )
    supplier = await create_supplier(db, supplier=SupplierInput(name="Hurt"), actor=ACTOR, at=AT)
    departments = [
        {"id": "01", "name": "Main Pharmacy"},
        {"id": "02", "name": "oddział łóżkowy", "phone": "2"},
    ]
    stores = [{"id": "02", "name": "SZAFA", "department_id": "02", "inventory": {"01": 3}}]
    suppliers = [{"id": "01", "name": "HURT"}]
    outcome = await bring(
        db, migrate(departments=departments, stores=stores, suppliers=suppliers, medicines=MEDICINES)
    )
    assert await values(db, "select id from people.department order by created_at, id") == [main, ward]
    assert await values(db, "select phone from people.department where id = %(id)s", id=ward) == ["1"]
    assert await values(db, "select place_id from stock.balance") == [store]
    assert await values(db, "select id from catalog.supplier") == [supplier]
    assert codes(outcome).count("matched") == 4
    assert outcome.tallies["departments"].matched == 2
    kept = await values(
        db, "select old_id, content ->> 'phone' from interchange.old_document where kind = 'record'"
    )
    assert ("departments 02", "2") in kept


async def test_a_pharmacy_entered_by_hand_becomes_the_main_one(db: Connection, migrate: Migrate):
    here = await create_department(db, department=DepartmentInput(name="main pharmacy"), actor=ACTOR, at=AT)
    shelf = await create_place(
        db,
        place=PlaceInput(code="S", name="main store", kind="storage", department_id=here),
        actor=ACTOR,
        at=AT,
    )
    await bring(db, migrate(medicines=MEDICINES, stores=STORES))
    assert await values(db, "select id from people.department where is_main") == [here]
    assert await values(db, "select id from stock.place where is_main") == [shelf]


async def test_two_of_one_name_do_not_become_one(db: Connection, migrate: Migrate):
    departments = [
        {"id": "01", "name": "Main Pharmacy"},
        {"id": "02", "name": "Ward"},
        {"id": "03", "name": "WARD"},
        {"id": "04", "name": "Wárd"},
    ]
    suppliers = [{"id": "01", "name": "Hurt"}, {"id": "02", "name": "hurt"}]
    outcome = await bring(db, migrate(departments=departments, suppliers=suppliers))
    assert await values(db, "select name from people.department where not is_main order by id") == [
        "Ward", "WARD (ALORF 03)", "Wárd (ALORF 04)",
    ]  # fmt: skip
    assert await values(db, "select name from catalog.supplier order by id") == ["Hurt", "hurt (ALORF 02)"]
    assert codes(outcome) == ["name_made_unique"] * 3
    again = await bring(db, migrate(departments=departments, suppliers=suppliers))
    assert again.nothing_new


async def test_a_user_name_in_use_here_gets_a_suffix(db: Connection, migrate: Migrate):
    here = AccountInput(username="Admin", name="Here", role="admin", email="a@b.pl")
    await create_account(db, account=here, policy="composition", actor=ACTOR, at=AT)
    users = [{"id": "01", "username": "admin", "role": "admin", "email": "A@b.pl", "name": "There"}]
    outcome = await bring(db, migrate(users=users))
    rows = await values(db, "select username, name, email from people.account order by id")
    assert rows == [("Admin", "Here", "a@b.pl"), ("admin-01", "There", "")]
    assert codes(outcome, "users") == ["username_in_use", "email_in_use", "kept_whole"]


async def test_stock_comes_on_top_of_stock_that_is_here(db: Connection, migrate: Migrate):
    await bring(db, migrate(medicines=MEDICINES, stores=STORES))
    shop = {"id": "09", "name": "Branch", "department_id": "01", "inventory": {"01": "2,5"}}
    outcome = await bring(db, migrate(medicines=MEDICINES, stores=[*STORES, shop]))
    rounded = [line for line in outcome.lines if line.code == "quantity_rounded"]
    assert [(line.old_id, line.details["given"]) for line in rounded] == [("09/01", "3")]
    assert sum(held for _, held in await values(db, HELD)) == Decimal(18)
    assert await find_broken_invariants(db) == []
