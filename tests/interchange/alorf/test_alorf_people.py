"""Dirty people: one test for each rule."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import msgspec
import pytest

from stockroom.interchange.alorf import Line, Migration, Plan
from stockroom.interchange.alorf.allergies import read_allergies

Migrate = Callable[..., Migration]


def planned(migration: Migration) -> Plan:
    assert migration.plan is not None, migration.report.fatal
    return migration.plan


def lines_of(migration: Migration, entity: str) -> list[Line]:
    return [line for line in migration.report.records if line.entity == entity]


def codes_of(line: Line) -> set[str]:
    return {finding.code for finding in line.findings}


def test_other_field_names_are_understood_and_said(migrate: Migrate) -> None:
    migration = migrate(
        doctors=[
            {"id": 1, "dr_name": "Dr Nowak", "specialist": "gp", "mobile_no": "600", "position": "chief"},
            {"id": "02", "name": "", "dr_name": "Dr Lis", "phone": None, "mobile_no": "700", "note": "x"},
        ]
    )
    first, second = planned(migration).prescribers
    assert (first.name, first.specialty, first.phone, first.position) == ("Dr Nowak", "gp", "600", "chief")
    assert (second.name, second.phone, second.notes) == ("Dr Lis", "700", "x")
    line = lines_of(migration, "doctors")[0]
    assert line.outcome == "taken"
    renamed = {one.details["found"] for one in line.findings if one.code == "field_renamed"}
    assert renamed == {"dr_name", "specialist", "mobile_no", "position"}


@pytest.mark.parametrize("name", [None, "", "  ", "null"])
def test_a_missing_name_is_made_and_said(name: str | None, migrate: Migrate) -> None:
    migration = migrate(patients=[{"id": "7", "name": name}], suppliers=[{"id": "3"}])
    assert planned(migration).patients[0].name == "Patient 07 (from ALORF)"
    assert planned(migration).suppliers[0].name == "Supplier 03 (from ALORF)"
    assert lines_of(migration, "patients")[0].code == "name_missing"


def test_missing_fields_are_noted(migrate: Migrate) -> None:
    (line,) = lines_of(
        migrate(suppliers=[{"id": "1", "name": "A", "phone": "5", "email": None}]), "suppliers"
    )
    (finding,) = [one for one in line.findings if one.code == "fields_missing"]
    assert finding.details["fields"] == "contact_person, email, address, created_at"
    assert line.outcome == "taken"


@pytest.mark.parametrize("value", ["1", "01", "001", 1, 1.0, " 01 ", "٠١"])
def test_ids_with_and_without_padding_are_one(value: object, migrate: Migrate) -> None:
    migration = migrate(
        departments=[{"id": value, "name": "Pharmacy"}],
        users=[
            {"id": 5, "username": "ewa", "role": "department_user", "department_id": "1", "email": "e@x.pl"}
        ],
    )
    assert planned(migration).departments[0].key == "01"
    assert planned(migration).users[0].role == "pharmacist"


def test_the_second_record_of_an_id_is_refused_whole(migrate: Migrate) -> None:
    migration = migrate(patients=[{"id": "01", "name": "Ala"}, {"id": 1, "name": "Ola", "phone": "5"}])
    assert [one.name for one in planned(migration).patients] == ["Ala"]
    line = lines_of(migration, "patients")[1]
    assert (line.outcome, line.code, line.row) == ("refused", "duplicate_id", 2)
    assert json.loads(line.details["record"]) == {"id": 1, "name": "Ola", "phone": "5"}


def test_a_record_without_id_gets_one_that_does_not_depend_on_its_place(migrate: Migrate) -> None:
    lost = {"name": "No id"}
    first = planned(migrate(patients=[lost, {"id": "1", "name": "Ala"}]))
    again = planned(migrate(patients=[{"id": "1", "name": "Ala"}, lost, lost]))
    assert first.patients[0].source_id == again.patients[1].source_id
    assert again.patients[2].key == again.patients[1].key + "-2"


@pytest.mark.parametrize(
    ("record", "code"),
    [(None, "not_a_record"), ("x", "not_a_record"), ({}, "empty_record"), ({"name": ""}, "empty_record")],
)
def test_what_is_no_record_is_refused(record: object, code: str, migrate: Migrate) -> None:
    (line,) = lines_of(migrate(patients=[record]), "patients")
    assert (line.outcome, line.code) == ("refused", code)


def test_fields_without_a_place_go_to_the_notes(migrate: Migrate) -> None:
    migration = migrate(
        doctors=[{"id": "1", "name": "A", "nationality": "Kuwait", "notes": "n", "photos": ["a.jpg"]}]
    )
    assert planned(migration).prescribers[0].notes == "n\nnationality: Kuwait"
    assert {"extra_fields", "photos_left"} <= codes_of(lines_of(migration, "doctors")[0])


def test_a_name_too_long_is_cut_and_kept_in_the_notes(migrate: Migrate) -> None:
    migration = migrate(patients=[{"id": "1", "name": "A" * 300}])
    (patient,) = planned(migration).patients
    assert (len(patient.name), patient.notes) == (200, "name: " + "A" * 300)
    assert "name_shortened" in codes_of(lines_of(migration, "patients")[0])


def test_forbidden_characters_are_removed_and_the_rest_survives(migrate: Migrate) -> None:
    migration = migrate(patients=[{"id": "1", "name": "Zoë\u0000 محمد", "address": "ul. Łąkowa\n5"}])
    (patient,) = planned(migration).patients
    assert (patient.name, patient.address) == ("Zoë محمد", "ul. Łąkowa\n5")
    assert "text_cleaned" in codes_of(lines_of(migration, "patients")[0])


@pytest.mark.parametrize(
    ("text", "sex"),
    [
        ("Female", "F"),
        ("m", "M"),
        ("Kobieta", "F"),
        ("ذكر", "M"),
        ("أنثى", "F"),
        ("", "unknown"),
        ("??", "unknown"),
    ],
)
def test_sex_in_three_languages(text: str, sex: str, migrate: Migrate) -> None:
    migration = migrate(patients=[{"id": "1", "name": "A", "gender": text}])
    assert planned(migration).patients[0].sex == sex
    assert ("sex_unknown" in codes_of(lines_of(migration, "patients")[0])) == (text == "??")


@pytest.mark.parametrize(
    ("age", "created", "year"),
    [
        (47, "2025-06-01T10:00:00", 1978),
        ("8 months", "2025-03-01", 2024),
        ("٣٠", "2025-01-01", 1995),
        ("5 days", "2025-01-02", 2025),
    ],
)
def test_an_age_becomes_an_estimated_birth_year(
    age: object, created: str, year: int, migrate: Migrate
) -> None:
    migration = migrate(patients=[{"id": "1", "name": "A", "age": age, "created_at": created}])
    (patient,) = planned(migration).patients
    assert (patient.birth_year, patient.birth_estimated, patient.birth_date) == (year, True, None)
    assert lines_of(migration, "patients")[0].code == "birth_year_estimated"


def test_a_birth_date_counts_more_than_an_age(migrate: Migrate) -> None:
    migration = migrate(patients=[{"id": "1", "name": "A", "age": 47, "dob": "31.12.1980"}])
    (patient,) = planned(migration).patients
    assert (patient.birth_date, patient.birth_estimated) == (date(1980, 12, 31), False)


@pytest.mark.parametrize("age", ["old", 300, -5])
def test_an_impossible_age_is_said(age: object, migrate: Migrate) -> None:
    migration = migrate(patients=[{"id": "1", "name": "A", "age": age}])
    assert planned(migration).patients[0].birth_year is None
    assert lines_of(migration, "patients")[0].code == "age_unreadable"


@pytest.mark.parametrize("text", ["None", "", None, "لا يوجد", "brak", "N/A", "No known allergies.", []])
def test_none_in_any_language_means_none_recorded(text: object, migrate: Migrate) -> None:
    (patient,) = planned(migrate(patients=[{"id": "1", "name": "A", "allergies": text}])).patients
    assert (patient.allergies_recorded, patient.allergy_groups, patient.allergy_text) == (False, (), "")


@pytest.mark.parametrize(
    ("text", "groups", "uncoded"),
    [
        ("Penicillin", ("penicillins",), ()),
        ("Aspirin, latex", ("latex", "nsaids"), ()),
        ("penicylina i sulfonamidy", ("penicillins", "sulfonamides"), ()),
        ("البنسلين، اليود", ("iodine", "penicillins"), ()),
        ("cefuroxime; Codeine", ("cephalosporins", "opioids"), ()),
        ("magnesium sulfate", (), ("magnesium sulfate",)),
        ("peanuts and Ibuprofen", ("nsaids",), ("peanuts",)),
    ],
)
def test_allergies_are_coded_and_the_rest_is_named(
    text: str, groups: tuple[str, ...], uncoded: tuple[str, ...]
) -> None:
    allergies = read_allergies(text)
    assert (allergies.groups, allergies.uncoded) == (groups, uncoded)
    assert allergies.recorded


def test_a_negated_allergy_counts_until_somebody_looks(migrate: Migrate) -> None:
    migration = migrate(patients=[{"id": "1", "name": "A", "allergies": "not allergic to penicillin"}])
    assert planned(migration).patients[0].allergy_groups == ("penicillins",)
    assert "allergy_check" in codes_of(lines_of(migration, "patients")[0])


def test_an_allergy_in_the_history_is_pointed_out(migrate: Migrate) -> None:
    migration = migrate(patients=[{"id": "1", "name": "A", "medical_history": "Uczulenie na penicylinę"}])
    assert "allergy_in_history" in codes_of(lines_of(migration, "patients")[0])


def test_two_patients_of_one_name_are_both_kept(migrate: Migrate) -> None:
    migration = migrate(patients=[{"id": "1", "name": "Jan Kos"}, {"id": "2", "name": "jan  KOS"}])
    assert len(planned(migration).patients) == 2
    assert "duplicate_name" in codes_of(lines_of(migration, "patients")[1])


def test_a_file_number_twice_is_given_once(migrate: Migrate) -> None:
    migration = migrate(
        patients=[{"id": "1", "name": "A", "file_no": "P1"}, {"id": "2", "name": "B", "file_no": "p1"}]
    )
    assert [one.file_number for one in planned(migration).patients] == ["P1", "ALORF-02"]
    assert "file_number_taken" in codes_of(lines_of(migration, "patients")[1])


def test_a_department_that_is_gone_leaves_the_person(migrate: Migrate) -> None:
    migration = migrate(
        patients=[{"id": "1", "name": "A", "department_id": "9"}],
        users=[
            {"id": "1", "username": "u", "role": "department_user", "department_id": "9", "email": "u@x.pl"}
        ],
    )
    assert planned(migration).patients[0].department_key is None
    assert (planned(migration).users[0].role, planned(migration).users[0].department_key) == ("ward", None)
    for entity in ("patients", "users"):
        assert "department_gone" in codes_of(lines_of(migration, entity)[0])


def test_users_are_invited_under_names_that_are_free(migrate: Migrate) -> None:
    migration = migrate(
        users=[
            {"id": "1", "username": "Anna", "role": "admin", "email": "a@x.pl"},
            {"id": "2", "username": "anna", "role": "pharmacist", "email": "A@x.pl"},
            {"id": "3", "username": None, "role": "owner", "email": "not an address", "is_active": False},
        ]
    )
    users = planned(migration).users
    assert [(one.username, one.role, one.invite, one.active) for one in users] == [
        ("Anna", "admin", True, True),
        ("anna-02", "pharmacist", False, True),
        ("user-03", "ward", False, False),
    ]
    second, third = (codes_of(line) for line in lines_of(migration, "users")[1:])
    assert {"username_taken", "email_taken"} <= second
    assert {"username_made", "email_unusable", "no_invitation", "role_unknown"} <= third


def test_passwords_reach_neither_plan_nor_report(migrate: Migrate) -> None:
    migration = migrate(
        users=[
            {
                "id": "1",
                "username": "a",
                "Password": "S3cret-one",
                "email": "a@x.pl",
                "notes": "pw S3cret-one",
            },
            {"id": "1", "username": "b", "password_hash": "pbkdf2:sha256:abcdef", "api_token": "tok-123456"},
        ],
        history=[
            {
                "id": "1",
                "action": "UPDATE",
                "details": {"new_password": "S3cret-two", "text": "set S3cret-one"},
                "note": '{"new_password": "S3cret-3"}',
            }
        ],
    )
    said = (msgspec.json.encode(planned(migration)) + msgspec.json.encode(migration.report)).decode()
    for secret in ("S3cret-one", "S3cret-two", "S3cret-3", "pbkdf2", "tok-123456"):
        assert secret not in said
    assert "password_dropped" in codes_of(lines_of(migration, "users")[0])
    assert "secret_removed" in codes_of(lines_of(migration, "history")[0])


@pytest.mark.parametrize(
    ("text", "moment", "code"),
    [
        ("2025-07-01T12:00:00", datetime(2025, 7, 1, 10, tzinfo=UTC), ""),
        ("2025-01-01 12:00:00", datetime(2025, 1, 1, 11, tzinfo=UTC), ""),
        ("2025-07-01T12:00:00Z", datetime(2025, 7, 1, 12, tzinfo=UTC), ""),
        ("01/07/2025 12:00", datetime(2025, 7, 1, 10, tzinfo=UTC), "date_ambiguous"),
        ("2025-02-30", None, "date_unreadable"),
        ("yesterday", None, "date_unreadable"),
    ],
)
def test_times_are_read_in_the_given_zone(
    text: str, moment: datetime | None, code: str, migrate: Migrate
) -> None:
    migration = migrate(suppliers=[{"id": "1", "name": "A", "created_at": text}])
    assert planned(migration).suppliers[0].created_at == moment
    assert (code in codes_of(lines_of(migration, "suppliers")[0])) == bool(code)


def test_the_main_pharmacy_is_found_by_name_without_an_01(migrate: Migrate) -> None:
    plan = planned(
        migrate(
            departments=[{"id": "5", "name": "Oddział"}, {"id": "7", "name": "صيدلية المستشفى"}],
            stores=[
                {"id": "2", "name": "S", "department_id": 5},
                {"id": "3", "name": "M", "department_id": "07"},
            ],
        )
    )
    assert [one.key for one in plan.departments if one.is_main] == ["07"]
    assert [(one.key, one.kind) for one in plan.places if one.is_main] == [("03", "storage")]


def test_a_birth_date_that_cannot_be_leaves_the_age(migrate: Migrate) -> None:
    migration = migrate(
        patients=[{"id": "1", "name": "A", "age": 40, "birth_date": "2099-01-01", "created_at": "2025-05-05"}]
    )
    (patient,) = planned(migration).patients
    assert (patient.birth_date, patient.birth_year) == (None, 1985)
    assert "date_in_future" in codes_of(lines_of(migration, "patients")[0])


@pytest.mark.parametrize(
    "text", ["a" * 60_000, "1" * 60_000, "passw" * 12_000, "@" + "." * 60_000, "- " * 30_000]
)
def test_hostile_text_is_kept_as_any_other(text: str, migrate: Migrate) -> None:
    fields = dict.fromkeys(("age", "allergies", "email", "phone", "created_at"), text)
    migration = migrate(patients=[{"id": "1", "name": "A"} | fields], history=[{"id": "1", "details": text}])
    assert planned(migration).patients[0].phone == text.strip()
