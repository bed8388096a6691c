"""A dirty record never stops the rest: each rule of the house has a rule for what breaks it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from stockroom.interchange import Outcome
from stockroom.platform.db import Connection
from stockroom.stock import find_broken_invariants
from tests.interchange.alorf.conftest import Migrate
from tests.interchange.alorf.ground import ZONE, bring, codes, values

LONG = "Bardzo długi opis, " * 300
ARABIC = "مستشفى الملك فهد"


def code_of(outcome: Outcome, entity: str) -> set[str]:
    return set(codes(outcome, entity))


async def test_text_over_a_limit_is_cut_and_kept_whole(db: Connection, migrate: Migrate):
    outcome = await bring(
        db,
        migrate(
            suppliers=[{"id": "01", "name": "Hurt", "notes": LONG, "phone": "1" * 300}],
            patients=[{"id": "01", "name": "Jan", "medical_history": LONG, "address": "ul.\nDługa 1"}],
        ),
    )
    assert code_of(outcome, "suppliers") == code_of(outcome, "patients") == {"kept_whole"}
    notes, phone = (await values(db, "select notes, phone from catalog.supplier"))[0]
    assert len(notes) <= 4000
    assert notes.endswith("…")
    assert len(phone) == 200
    assert await values(db, "select address from dispensing.patient") == ["ul., Długa 1"]
    whole = await values(
        db,
        "select content ->> 'notes', content ->> 'phone' from interchange.old_document where old_id = 'suppliers 01'",
    )
    assert whole == [(LONG.strip(), "1" * 300)]


async def test_fields_without_a_place_are_kept_whole(db: Connection, migrate: Migrate):
    outcome = await bring(
        db,
        migrate(
            stores=[{"id": "01", "name": "Store", "description": "cold", "inventory": {}}],
            users=[{"id": "01", "username": "ada", "role": "admin", "email": "a@b.pl", "shift": "night"}],
        ),
    )
    assert code_of(outcome, "stores") == code_of(outcome, "users") == {"kept_whole"}
    kept = await values(db, "select old_id, content ->> 'notes' from interchange.old_document order by 1")
    assert kept == [("stores 01", "cold"), ("users 01", "shift: night")]


async def test_a_wrong_address_goes_to_the_notes(db: Connection, migrate: Migrate):
    outcome = await bring(db, migrate(suppliers=[{"id": "01", "name": "Hurt", "email": "a@b.pl, c@d.pl"}]))
    assert code_of(outcome, "suppliers") == {"email_in_notes"}
    assert await values(db, "select email, notes from catalog.supplier") == [("", "e-mail: a@b.pl, c@d.pl")]


async def test_people_with_impossible_births_come_without_them(db: Connection, migrate: Migrate):
    patients = [
        {"id": "01", "name": "Old", "birth_date": "1885-05-05"},
        {"id": "02", "name": "Aged", "age": "40", "created_at": "2025-05-01T10:00:00"},
        {"id": "03", "name": "Young", "birth_date": "2025-06-01", "created_at": "2025-05-01T10:00:00"},
    ]
    outcome = await bring(db, migrate(patients=patients))
    assert [line.old_id for line in outcome.lines if line.code == "birth_date_impossible"] == ["01"]
    rows = await values(
        db, "select name, birth_date, birth_estimated, history from dispensing.patient order by id"
    )
    assert rows == [
        ("Old", None, False, "birth date: 1885-05-05"),
        ("Aged", date(1985, 1, 1), True, ""),
        ("Young", date(2025, 6, 1), False, ""),
    ]


async def test_allergies_without_a_group_here_count_as_other(db: Connection, migrate: Migrate):
    patients = [{"id": "01", "name": "Jan", "allergies": "Doxycyclin, penicylina"}]
    outcome = await bring(db, migrate(patients=patients))
    assert code_of(outcome, "patients") == {"allergy_group_other"}
    assert await values(db, "select allergy_groups, allergies from dispensing.patient") == [
        (["other", "penicillins"], "Doxycyclin, penicylina")
    ]


async def test_two_prescribers_of_one_licence(db: Connection, migrate: Migrate):
    doctors = [
        {"id": "01", "name": "A", "license_number": "PWZ1"},
        {"id": "02", "name": "B", "license_number": "pwz1", "is_active": False},
    ]
    outcome = await bring(db, migrate(doctors=doctors))
    assert code_of(outcome, "doctors") == {"licence_taken"}
    rows = await values(db, "select name, licence, notes, active from dispensing.prescriber order by id")
    assert rows == [("A", "PWZ1", "", True), ("B", "", "licence: pwz1", False)]


@pytest.mark.parametrize(
    ("user", "expected", "code"),
    [
        ({"username": "jan@szpital.pl"}, ("jan", "admin", True, 0), "username_changed"),
        ({"username": "x"}, ("user-x", "admin", True, 0), "username_changed"),
        ({"username": "boss", "role": "manager"}, ("boss", "manager", True, 0), ""),
        ({"username": "nurse", "role": "nurse"}, ("nurse", "ward", False, 0), "ward_without_department"),
        ({"username": "nurse", "role": "nurse", "department_id": "01"}, ("nurse", "ward", True, 1), ""),
        ({"username": "gone", "is_active": False}, ("gone", "ward", False, 0), "user_disabled"),
        (
            {"username": "ph", "role": "department_user", "department_id": "01"},
            ("ph", "pharmacist", True, 0),
            "",
        ),
    ],
)
async def test_users_come_in_without_a_way_in(
    db: Connection, migrate: Migrate, user: dict[str, Any], expected: tuple[object, ...], code: str
):
    record = {"id": "01", "name": "Jan", "role": "admin", "email": "j@b.pl", "password": "Sekret123!"} | user
    outcome = await bring(db, migrate(users=[record]))
    rows = await values(
        db,
        "select a.username, a.role_code, a.active, (select count(*)::int from people.account_department m"
        " where m.account_id = a.id) from people.account a where password_hash is null",
    )
    assert rows == [expected]
    assert not code or code in code_of(outcome, "users")


async def test_batches_that_no_box_could_bear(db: Connection, migrate: Migrate):
    medicines = [
        {"id": "01", "name": "No batch"},
        {"id": "02", "name": "Expiry only", "expiry_date": "2027-03-31"},
        {"id": "03", "name": "Year 1985", "expiry_date": "1985-01-31", "batch_number": "B" * 100},
    ]
    stock = {"01": 5, "02": 6, "03": 7}
    outcome = await bring(
        db, migrate(medicines=medicines, stores=[{"id": "01", "name": "Store", "inventory": stock}])
    )
    rows = await values(
        db,
        "select c.name, t.code, t.expires_on, b.on_hand, c.batch_tracked and c.expiry_tracked from stock.balance b"
        " join stock.batch t on t.id = b.batch_id join catalog.product c on c.id = b.product_id order by c.code",
    )
    assert rows == [
        ("No batch", "ALORF", None, 5, True),
        ("Expiry only", "ALORF-2027-03-31", date(2027, 3, 31), 6, True),
        ("Year 1985", "B" * 64, None, 7, True),
    ]
    assert sorted(codes(outcome, "batches")) == [
        "batch_code_made", "batch_code_missing", "batch_code_missing", "expiry_impossible",
    ]  # fmt: skip


async def test_one_batch_code_with_two_expiry_dates_is_two_batches(db: Connection, migrate: Migrate):
    lines = [
        {"medicine_id": "01", "quantity": 3, "batch_number": "A1", "expiry_date": "2027-03-31"},
        {"medicine_id": "01", "quantity": 4, "batch_number": "a1", "expiry_date": "2027-05-31"},
    ]
    stores = [{"id": "01", "name": "Store", "inventory": lines}]
    outcome = await bring(db, migrate(medicines=[{"id": "01", "name": "Apap"}], stores=stores))
    assert codes(outcome, "batches") == ["batch_code_shared"]
    rows = await values(
        db, "select t.code, b.on_hand from stock.balance b join stock.batch t on t.id = b.batch_id"
    )
    assert sorted(rows) == [("A1", 3), ("a1 (2027-05-31)", 4)]


async def test_stock_of_a_medicine_that_is_gone_lies_under_an_archived_stand_in(
    db: Connection, migrate: Migrate
):
    stores = [{"id": "01", "name": "Store", "inventory": {"17": "2,5"}}]
    await bring(db, migrate(stores=stores))
    rows = await values(
        db,
        "select c.code, c.name, c.active, c.precision, b.on_hand from catalog.product c"
        " join stock.balance b on b.product_id = c.id",
    )
    assert rows == [("ALORF-17", "Unknown medicine 17 (from ALORF)", False, 1, Decimal("2.5"))]
    assert await find_broken_invariants(db) == []


async def test_forms_people_added_join_the_list(db: Connection, migrate: Migrate):
    outcome = await bring(
        db,
        migrate(
            forms=[
                {"id": "01", "name": "Lizak"},
                {"id": "02", "name": "علكة"},
                {"id": "03", "name": "lizak"},
            ],
            medicines=[{"id": "01", "name": "Apap", "form_dosage": "lizak"}],
        ),
    )
    assert codes(outcome, "forms") == ["form_added", "form_added", "form_matched"]
    added = await values(
        db, "select code, name from catalog.dosage_form where code in ('lizak', 'form_a') order by 1"
    )
    assert added == [("form_a", "علكة"), ("lizak", "Lizak")]
    assert await values(db, "select form_code from catalog.product") == ["lizak"]


async def test_a_form_no_longer_in_use_goes_to_the_notes(db: Connection, migrate: Migrate):
    await db.execute("update catalog.dosage_form set active = false where code = 'tablet'")
    medicines = [{"id": "01", "name": "Apap", "form_dosage": "Tablet 500mg"}]
    outcome = await bring(db, migrate(medicines=medicines))
    assert codes(outcome, "medicines") == ["form_closed"]
    assert await values(db, "select form_code, notes from catalog.product") == [
        (None, "form: tablet\nform: Tablet 500mg")
    ]


async def test_codes_barcodes_and_file_numbers_in_use_here(db: Connection, migrate: Migrate):
    medicines = [{"id": "01", "name": "Apap", "barcode": "5901234123457"}]
    patients = [{"id": "01", "name": "Jan", "file_no": "F1"}]
    given = {"medicines": medicines, "patients": patients, "stores": [{"id": "01", "name": "S"}]}
    await bring(db, migrate(**given))
    await db.execute("delete from interchange.imported")
    await db.execute("delete from interchange.old_document")
    await db.execute("update stock.place set name = 'other' where not outside")
    await db.execute("update stock.place set is_main = false")
    outcome = await bring(db, migrate(**given))
    assert codes(outcome, "medicines") == ["code_taken", "barcode_in_notes"]
    assert codes(outcome, "stores") == ["code_taken"]
    assert codes(outcome, "patients") == ["file_number_in_use"]
    products = await values(db, "select code, notes from catalog.product order by id")
    assert products == [("ALORF-01", ""), ("ALORF-01-2", "barcode: 5901234123457")]
    assert await values(db, "select file_number from dispensing.patient order by id") == ["F1", "ALORF-01"]


async def test_what_was_closed_here_since_does_not_stop_a_later_backup(db: Connection, migrate: Migrate):
    departments = [{"id": "01", "name": "Main Pharmacy"}, {"id": "02", "name": "Ward"}]
    stores = [{"id": "02", "name": "Ward store", "department_id": "02", "inventory": {}}]
    suppliers = [{"id": "01", "name": "Hurt"}]
    await bring(db, migrate(departments=departments, stores=stores, suppliers=suppliers))
    await db.execute("update people.department set active = false where not is_main")
    await db.execute("update stock.place set active = false where kind = 'ward'")
    await db.execute("update catalog.supplier set active = false")
    outcome = await bring(
        db,
        migrate(
            departments=departments,
            suppliers=suppliers,
            stores=[stores[0] | {"inventory": {"01": 5}}, {"id": "03", "name": "New", "department_id": "02"}],
            medicines=[{"id": "01", "name": "Apap", "supplier_id": "01"}],
            patients=[{"id": "01", "name": "Jan", "department_id": "02"}],
            doctors=[{"id": "01", "name": "Ewa", "department_id": "02"}],
        ),
    )
    assert codes(outcome, "medicines") == ["supplier_closed"]
    assert codes(outcome, "stock") == ["place_closed"]
    assert outcome.tallies["stock"].created == 0
    assert [codes(outcome, one) for one in ("stores", "patients", "doctors")] == [["department_closed"]] * 3
    assert await values(db, "select count(*) from stock.movement") == [0]


async def test_arabic_and_polish_text_survive(db: Connection, migrate: Migrate):
    await bring(
        db,
        migrate(
            departments=[{"id": "01", "name": ARABIC}],
            medicines=[{"id": "01", "name": "Żółć wołowa", "notes": "zażółć gęślą jaźń", "category": ARABIC}],
            patients=[{"id": "01", "name": "محمد الأحمد", "allergies": "بنسلين"}],
            consumption=[{"id": "01", "patient_id": "01", "notes": "وصفة", "medicines": []}],
        ),
    )
    assert await values(db, "select name from people.department") == [ARABIC]
    assert await values(db, "select name, notes, category from catalog.product") == [
        ("Żółć wołowa", "zażółć gęślą jaźń", ARABIC)
    ]
    assert await values(db, "select name, allergies, allergy_groups from dispensing.patient") == [
        ("محمد الأحمد", "بنسلين", ["penicillins"])
    ]
    assert await values(db, "select content ->> 'notes' from interchange.old_document") == ["وصفة"]


async def test_old_moments_survive(db: Connection, migrate: Migrate):
    made = "2019-05-06T07:08:09"
    await bring(db, migrate(patients=[{"id": "01", "name": "Jan", "created_at": made}]))
    assert await values(db, "select created_at from dispensing.patient") == [
        datetime.fromisoformat(made).replace(tzinfo=ZONE)
    ]


async def test_differences_are_listed_and_the_shelf_counts(db: Connection, migrate: Migrate):
    migration = migrate(
        medicines=[{"id": "01", "name": "Apap"}],
        stores=[{"id": "01", "name": "Store", "department_id": "01", "inventory": {"01": 90}}],
        purchases=[
            {"id": "01", "status": "delivered", "date": "2025-01-01",
             "medicines": [{"medicine_id": "01", "quantity": 45}]},
        ],
    )  # fmt: skip
    await bring(db, migration)
    assert [line.code for line in migration.report.differences] == ["delivered_purchase_counted_twice"]
    assert await values(db, "select on_hand from stock.balance") == [90]
    kept = await values(db, "select kind, old_id, dated, summary from interchange.old_document")
    assert kept == [("purchase", "01", date(2025, 1, 1), "Apap")]
