"""A zip is unpacked under limits of ours, whatever its headings claim."""

import io
import struct
import warnings
import zipfile

import pytest

from stockroom.platform.files import archive
from stockroom.platform.files.archive import ArchiveRefused, SafeArchive

MEGABYTE = 1024 * 1024


def zipped(*entries, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as made, warnings.catch_warnings(action="ignore"):
        for name, content in entries:
            made.writestr(name, content)
    return buffer.getvalue()


def read_all(tmp_path, content):
    path = tmp_path / "upload.zip"
    path.write_bytes(content)
    opened = SafeArchive(path)
    return {name: opened.read(name) for name in opened.names}


def refusal(tmp_path, content):
    with pytest.raises(ArchiveRefused) as refused:
        read_all(tmp_path, content)
    return refused.value.code


def test_an_honest_archive_is_read(tmp_path):
    entries = [("a.json", b"[]"), ("folder/b.csv", b"x,y\n" * 1000)]
    assert read_all(tmp_path, zipped(*entries)) == dict(entries)


def test_a_flat_bomb(tmp_path):
    assert refusal(tmp_path, zipped(("a.json", bytes(30 * MEGABYTE)))) == "too_large"


def test_many_files_that_are_too_much_together(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "LIMIT_TOTAL", 2_500)
    assert refusal(tmp_path, zipped(*((f"{n}.json", bytes(1_000)) for n in range(3)))) == "too_large"


def test_a_bomb_whose_heading_lies(tmp_path):
    """It claims ten bytes, in the local and in the central heading."""
    content = bytearray(zipped(("a.json", bytes(30 * MEGABYTE))))
    struct.pack_into("<L", content, 22, 10)
    struct.pack_into("<L", content, content.index(b"PK\x01\x02") + 24, 10)
    assert refusal(tmp_path, bytes(content)) in {"broken", "too_large"}


def test_a_bomb_in_a_bomb(tmp_path):
    inner = zipped(("a.json", bytes(MEGABYTE)))
    assert refusal(tmp_path, zipped(("inner.json", inner))) == "nested"


@pytest.mark.parametrize("start", archive.ARCHIVES)
def test_any_archive_within(tmp_path, start):
    assert refusal(tmp_path, zipped(("a.bin", start + b"rest"))) == "nested"


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/passwd", "C:/x", "a\\..\\x", "\\\\host\\x"])
def test_a_name_that_climbs_out(tmp_path, name):
    assert refusal(tmp_path, zipped((name, b"x"))) == "path_unsafe"


@pytest.mark.parametrize("kind", [0o120777, 0o010644, 0o020644])
def test_a_link_or_a_device(tmp_path, kind):
    entry = zipfile.ZipInfo("a")
    entry.create_system = 3
    entry.external_attr = kind << 16
    assert refusal(tmp_path, zipped((entry, b"/etc/passwd"))) == "path_unsafe"


@pytest.mark.parametrize("second", ["a.json", "A.JSON"])
def test_a_name_twice(tmp_path, second):
    assert refusal(tmp_path, zipped(("a.json", b"1"), (second, b"2"))) == "entry_twice"


def test_too_many_entries(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "LIMIT_ENTRIES", 2)
    assert refusal(tmp_path, zipped(("a", b""), ("b", b""), ("c", b""))) == "too_many"


@pytest.mark.parametrize("cut", [0.3, 0.99])
def test_half_an_archive(tmp_path, cut):
    whole = zipped(("a.json", b"[1]" * 500))
    assert refusal(tmp_path, whole[: int(len(whole) * cut)]) == "broken"
