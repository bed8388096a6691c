"""The type is what the first bytes say; the name is only shown."""

import pytest

from stockroom.platform.files.sniff import media_type_of, shown_name
from tests.platform.files.samples import pdf, picture


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (picture("JPEG"), "image/jpeg"),
        (picture("PNG"), "image/png"),
        (picture("WEBP"), "image/webp"),
        (picture("GIF"), "image/gif"),
        (pdf(), "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"", None),
        (b"<!doctype html><script>alert(1)</script>", None),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', None),
        (b'<?xml version="1.0"?><svg/>', None),
        (b" " + pdf(), None),
        (b"<html>\n" + pdf(), None),
        (b"%PDF-x", None),
        (b"MZ\x90\x00", None),
        (b"RIFF1234WAVE", None),
    ],
)
def test_by_content(content, media_type):
    assert media_type_of(content) == media_type


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("faktura.pdf", "faktura.pdf"),
        ("Faktura żółta 3/2026.PDF", "2026.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\boot.ini", "boot.ini.pdf"),
        ("C:\\Users\\anna\\scan.pdf", "scan.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie_ x=1.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe.pdf"),
        ("\u2066hidden\u2069\u200f.pdf", "hidden.pdf"),
        ("invoice.exe", "invoice.exe.pdf"),
        ("\ud800x", "x.pdf"),
        ("...", "file.pdf"),
        ("", "file.pdf"),
        (".pdf", "file.pdf"),
        ("/", "file.pdf"),
        ('a"<b>|?*.pdf', "a__b____.pdf"),
    ],
)
def test_of_a_name_what_may_be_shown(given, shown):
    assert shown_name(given, "application/pdf") == shown


def test_a_long_name_is_cut_before_its_ending():
    shown = shown_name("ż" * 5_000 + ".pdf", "application/pdf")
    assert len(shown) == 200
    assert shown.endswith("ż.pdf")


def test_a_picture_written_anew_is_named_so():
    assert shown_name("IMG_1.JPG", "image/webp") == "IMG_1.webp"
