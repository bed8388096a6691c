"""Broken, hostile and odd sources: named, and nothing is planned."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from stockroom.interchange.alorf import Migration, sources
from stockroom.platform.files import archive

MigrateAt = Callable[[Path], Migration]


def refusal(migration: Migration) -> tuple[str, str]:
    assert migration.plan is None
    assert migration.report.records == ()
    (line,) = migration.report.fatal
    return line.code, line.file


def write(folder: Path, **files: str | bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name.replace("__", ".")).write_bytes(data)
    return folder


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("medicines.json", '[{"id": "01", "name": "Apap"', "json_malformed"),
        ("medicines.json", "", "json_malformed"),
        ("medicines.json", '[{"price": NaN}]', "json_malformed"),
        ("medicines.json", "[" * 100_000, "json_malformed"),
        ("medicines.json", '"text"', "json_not_a_table"),
        ("medicines.json", b"\xff\xfe\x00", "text_undecodable"),
        ("medicines.csv", "", "csv_header"),
        ("medicines.csv", "id,id\n1,2\n", "csv_header"),
        ("medicines.csv", 'id,name\n1,"Apap\n', "csv_malformed"),
        ("medicines.csv", "id,name,notes\n1,Apap,x\n2,Ibu", "csv_truncated"),
    ],
)
def test_a_broken_file_is_named_and_nothing_is_planned(
    name: str, content: str | bytes, code: str, tmp_path: Path, migrate_at: MigrateAt
) -> None:
    folder = write(tmp_path / "data", departments__json="[]", patients__json='[{"id": "1", "name": "A"}]')
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert refusal(migrate_at(folder)) == (code, name)


def test_every_broken_file_is_named_at_once(tmp_path: Path, migrate_at: MigrateAt) -> None:
    migration = migrate_at(write(tmp_path, medicines__json="{", stores__json="[,]", users__json="[]"))
    assert sorted(line.file for line in migration.report.fatal) == ["medicines.json", "stores.json"]
    assert migration.plan is None


def test_an_error_message_does_not_quote_the_file(tmp_path: Path, migrate_at: MigrateAt) -> None:
    (line,) = migrate_at(write(tmp_path, users__json='[{"password": "Hunter2-secret" "x"}]')).report.fatal
    assert "Hunter2" not in line.message + str(line.details)


@pytest.mark.parametrize("make", ["missing", "empty"])
def test_nothing_to_read_is_said(make: str, tmp_path: Path, migrate_at: MigrateAt) -> None:
    path = tmp_path / "nowhere" if make == "missing" else write(tmp_path / "empty", readme__txt="hello")
    assert refusal(migrate_at(path))[0] == f"source_{make}"


def test_two_folders_with_data_are_not_guessed_between(tmp_path: Path, migrate_at: MigrateAt) -> None:
    write(tmp_path / "one", users__json="[]")
    write(tmp_path / "two", users__json="[]")
    assert refusal(migrate_at(tmp_path))[0] == "layout_ambiguous"


def test_the_same_table_twice_is_refused(tmp_path: Path, migrate_at: MigrateAt) -> None:
    write(tmp_path, users__json="[]")
    write(tmp_path / "json", users__json="[]")
    assert refusal(migrate_at(tmp_path))[0] == "table_twice"


def test_other_files_and_old_backups_beside_the_data_are_left_and_listed(
    tmp_path: Path, migrate_at: MigrateAt
) -> None:
    folder = write(tmp_path / "data", users__json="[]", chat__json="{broken")
    write(folder / "temp_backup" / "json", users__json='[{"id": "9", "username": "old"}]')
    migration = migrate_at(folder)
    assert migration.plan is not None
    assert migration.plan.users == ()
    ignored = [line.file for line in migration.report.files if line.code == "file_ignored"]
    assert ignored == ["chat.json", "temp_backup/json/users.json"]


def zip_with(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries:
            made.writestr(name, data)
    return path


def test_a_truncated_zip_is_refused(sample_zip: Path, tmp_path: Path, migrate_at: MigrateAt) -> None:
    path = tmp_path / "cut.zip"
    path.write_bytes(sample_zip.read_bytes()[:-400])
    assert refusal(migrate_at(path)) == ("zip_broken", "cut.zip")


def test_a_flipped_byte_in_a_zip_is_refused(tmp_path: Path, migrate_at: MigrateAt) -> None:
    path = tmp_path / "flip.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as made:
        made.writestr("users.json", '[{"id": "01", "username": "anna"}]')
    path.write_bytes(path.read_bytes().replace(b"anna", b"hans"))
    assert refusal(migrate_at(path))[0] == "zip_broken"


@pytest.mark.parametrize(
    "name", ["../users.json", "/etc/users.json", "json/../../users.json", "C:/users.json"]
)
def test_a_path_out_of_the_zip_is_refused(name: str, tmp_path: Path, migrate_at: MigrateAt) -> None:
    path = zip_with(tmp_path / "evil.zip", ("medicines.json", b"[]"), (name, b"[]"))
    assert refusal(migrate_at(path))[0] == "zip_path_unsafe"


def test_a_link_in_a_zip_is_refused(tmp_path: Path, migrate_at: MigrateAt) -> None:
    link = zipfile.ZipInfo("users.json")
    link.external_attr = 0o120777 << 16
    assert refusal(migrate_at(zip_with(tmp_path / "l.zip", (link, b"/etc/passwd"))))[0] == "zip_path_unsafe"


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path: Path, migrate_at: MigrateAt) -> None:
    path = zip_with(tmp_path / "bomb.zip", ("users.json", b" " * 20_000_000))
    assert refusal(migrate_at(path))[0] == "zip_too_large"


def test_what_unpacks_past_the_cap_is_refused(
    tmp_path: Path, migrate_at: MigrateAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "LIMIT_TOTAL", 5_000)
    rows = json.dumps([{"id": str(number), "name": f"n{number}"} for number in range(300)]).encode()
    path = zip_with(tmp_path / "big.zip", ("users.json", rows[:-1] + b"]"))
    assert refusal(migrate_at(path))[0] == "zip_too_large"


def test_an_encrypted_zip_is_refused(tmp_path: Path, migrate_at: MigrateAt) -> None:
    path = zip_with(tmp_path / "locked.zip", ("users.json", b"[]"))
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(data))
    assert refusal(migrate_at(path))[0] == "zip_encrypted"


PATIENTS = "id,name,notes\n1,{},{}\n"


@pytest.mark.parametrize(
    ("encoding", "name", "guessed"),
    [
        ("utf-8", "Żółć Gęś", []),
        ("utf-8-sig", "محمد عبد الله", []),
        ("utf-16", "Łucja محمد", []),
        ("cp1250", "Zażółć Gęślą-Jaźń", ["cp1250"]),
        ("cp1256", "فاطمة الزهراء", ["cp1256"]),
    ],
)
def test_polish_and_arabic_survive_every_encoding(
    encoding: str, name: str, guessed: list[str], tmp_path: Path, migrate_at: MigrateAt
) -> None:
    migration = migrate_at(write(tmp_path, patients__csv=PATIENTS.format(name, name).encode(encoding)))
    assert migration.plan is not None
    assert [(one.name, one.notes) for one in migration.plan.patients] == [(name, name)]
    lines = [line.details["encoding"] for line in migration.report.files if line.code == "encoding_guessed"]
    assert lines == guessed


def test_semicolons_and_strange_headings_are_read(tmp_path: Path, migrate_at: MigrateAt) -> None:
    migration = migrate_at(write(tmp_path, doctors__csv="ID;Dr Name;Mobile No\n1;Dr Ola;+48 600\n"))
    assert migration.plan is not None
    assert [(one.name, one.phone) for one in migration.plan.prescribers] == [("Dr Ola", "+48 600")]


def test_rows_of_the_wrong_width_are_refused_or_said(tmp_path: Path, migrate_at: MigrateAt) -> None:
    text = "id,name,city\n1,A,B,C\n2,Short\n3,Full,Kraków\n"
    migration = migrate_at(write(tmp_path, suppliers__csv=text))
    outcomes = {line.row: (line.outcome, line.code) for line in migration.report.records}
    assert outcomes == {2: ("refused", "row_misshapen"), 3: ("changed", "row_short"), 4: ("taken", "taken")}


def test_json_wins_and_every_disagreement_is_listed(tmp_path: Path, migrate_at: MigrateAt) -> None:
    write(
        tmp_path / "json",
        suppliers__json='[{"id": "01", "name": "Json", "city": "X"}, {"id": "02", "name": "B"}]',
        stores__json='[{"id": "01", "name": "S", "inventory": {"01": 5}}]',
        medicines__json='[{"id": "01", "name": "M"}]',
    )
    write(
        tmp_path / "csv",
        suppliers__csv="id,name,city\n1,Csv,X\n3,Only here,Y\n",
        stores__csv="Store ID,Store Name,Medicine ID,Medicine Stock\n01,S,01,7\n",
    )
    migration = migrate_at(tmp_path)
    assert migration.plan is not None
    assert [one.name for one in migration.plan.suppliers] == ["Json", "B"]
    assert [int(one.quantity) for one in migration.plan.openings] == [5]
    said = {(line.entity, line.old_id, line.code) for line in migration.report.differences}
    assert said >= {
        ("stores", "01", "json_csv_disagree"),
        ("suppliers", "01", "json_csv_disagree"),
        ("suppliers", "02", "only_in_json"),
    }
    (refused,) = [line for line in migration.report.records if line.outcome == "refused"]
    assert (refused.code, refused.old_id) == ("only_in_csv", "03")
    assert "Only here" in refused.details["record"]


def test_missing_tables_are_said(tmp_path: Path, migrate_at: MigrateAt) -> None:
    migration = migrate_at(write(tmp_path, users__json="[]"))
    missing = {line.details["table"] for line in migration.report.files if line.code == "table_missing"}
    assert "medicines" in missing
    assert "users" not in missing


@pytest.mark.parametrize(
    "text",
    [
        '[{"id": "1", "name": "A"}]',
        '{"suppliers": [{"id": "1", "name": "A"}]}',
        '{"data": [{"id": "1", "name": "A"}]}',
        '{"01": {"name": "A"}}',
    ],
)
def test_every_shape_of_a_json_table_is_read(text: str, tmp_path: Path, migrate_at: MigrateAt) -> None:
    migration = migrate_at(write(tmp_path, suppliers__json=text))
    assert migration.plan is not None
    assert [(one.key, one.name) for one in migration.plan.suppliers] == [("01", "A")]


def test_half_a_character_is_removed(tmp_path: Path, migrate_at: MigrateAt) -> None:
    migration = migrate_at(write(tmp_path, suppliers__json='[{"id": "1", "name": "A\\ud800B"}]'))
    assert migration.plan is not None
    assert migration.plan.suppliers[0].name == "AB"
    assert migration.report.codes["text_cleaned"] == 1


def test_a_field_named_twice_is_said(tmp_path: Path, migrate_at: MigrateAt) -> None:
    text = '[{"id": "1", "name": "A", "name": "B"}]'
    migration = migrate_at(write(tmp_path, suppliers__json=text))
    (line,) = [line for line in migration.report.files if line.code == "json_keys_repeated"]
    assert line.details["keys"] == "name"


def test_single_exports_with_a_date_in_their_name_are_read(tmp_path: Path, migrate_at: MigrateAt) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    (folder / "suppliers_20250925_001012.csv").write_text("id,name\n1,A\n")
    migration = migrate_at(folder)
    assert migration.plan is not None
    assert len(migration.plan.suppliers) == 1


def test_an_unreadable_description_of_a_backup_does_not_stop_it(
    tmp_path: Path, migrate_at: MigrateAt
) -> None:
    migration = migrate_at(write(tmp_path, users__json="[]", backup_metadata__json="{"))
    assert migration.plan is not None
    assert any(line.code == "metadata_unreadable" for line in migration.report.files)


def test_too_many_entries_or_one_twice_in_a_zip_are_refused(
    tmp_path: Path, migrate_at: MigrateAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = zip_with(tmp_path / "twice.zip", ("users.json", b"[]"), ("users.json", b"[1]"))
    assert refusal(migrate_at(twice))[0] == "zip_entry_twice"
    monkeypatch.setattr(archive, "LIMIT_ENTRIES", 1)
    many = zip_with(tmp_path / "many.zip", ("users.json", b"[]"), ("stores.json", b"[]"))
    assert refusal(migrate_at(many))[0] == "zip_too_many"


def test_a_file_past_the_cap_is_refused(
    tmp_path: Path, migrate_at: MigrateAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "LIMIT_FILE", 10)
    assert refusal(migrate_at(write(tmp_path, users__json=" " * 11)))[0] == "file_too_large"


def test_a_shifted_user_row_gives_no_password_away(tmp_path: Path, migrate_at: MigrateAt) -> None:
    migration = migrate_at(write(tmp_path, users__csv="id,username,password\n1,ewa,Sec,ret-99\n"))
    (line,) = migration.report.records
    assert (line.outcome, line.code) == ("refused", "row_misshapen")
    assert "ret-99" not in str(line)


def test_the_quantity_of_a_misshapen_stock_row_is_listed(tmp_path: Path, migrate_at: MigrateAt) -> None:
    text = "Store ID,Store Name,Medicine ID,Medicine Stock\n01,Main,01,5\n02,Ward,01,7,extra\n,,01,9\n"
    migration = migrate_at(write(tmp_path, stores__csv=text))
    assert migration.plan is not None
    refused = [(one.code, int(one.quantity or 0)) for one in migration.plan.refused_stock]
    assert refused == [("row_misshapen", 7), ("store_unknown", 9)]
    listed = [line for line in migration.report.differences if line.code == "stock_not_brought_in"]
    assert [line.details["quantity"] for line in listed] == ["7", "9"]
