"""Forms with files are read within bounds."""

import pytest
from litestar.datastructures import UploadFile

from stockroom.platform.errors import TooLarge
from stockroom.platform.parts import MAX_PARTS, MAX_TEXT_BYTES, FormBroken, read_parts


def part(name, content, *, more="", headers=""):
    return (
        f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n{headers}\r\n'.encode()
        + content
        + b"\r\n"
    )


def form(*parts):
    return b"".join(parts) + b"--b--\r\n"


async def test_texts_and_files():
    body = form(
        part("a", "żółw".encode()), part("a", b"2"), part("file", b"\x00\xff", more='; filename="x.png"'),
        part("none", b"", more='; filename=""'),
    )  # fmt: skip
    found = read_parts(body, "b")
    file = found.pop("file")
    assert found == {"a": ["żółw", "2"], "none": ""}
    assert isinstance(file, UploadFile)
    assert (file.filename, await file.read()) == ("x.png", b"\x00\xff")
    await file.close()


async def test_a_large_file_stays_in_memory():
    file = read_parts(form(part("file", bytes(3_000_000), more='; filename="x"')), "b")["file"]
    assert isinstance(file, UploadFile)
    assert not file.rolled_to_disk
    assert len(await file.read()) == 3_000_000
    await file.close()


def test_a_text_is_small():
    assert read_parts(form(part("a", b"x" * MAX_TEXT_BYTES)), "b")
    with pytest.raises(TooLarge):
        read_parts(form(part("a", b"x" * (MAX_TEXT_BYTES + 1))), "b")


def test_the_parts_are_counted():
    assert read_parts(form(*(part("a", b"") for _ in range(MAX_PARTS))), "b")
    with pytest.raises(TooLarge):
        read_parts(form(*(part("a", b"") for _ in range(MAX_PARTS + 1))), "b")


@pytest.mark.parametrize("charset", ["punycode", "utf-16", "no-such-codec", "zlib"])
def test_a_part_does_not_choose_its_codec(charset):
    header = f"Content-Type: text/plain; charset={charset}\r\n"
    assert read_parts(form(part("a", b"words", headers=header)), "b") == {"a": "words"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--b",
        form(part("a", b"\xff")),
        form(part("a", b"x"))[:-8],
        b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
        b"--b\r\nno header at all\r\n\r\nx\r\n--b--\r\n",
        form(part("a", b"x", headers="X: " + "y" * 9_000 + "\r\n")),
    ],
)
def test_what_is_no_form_is_refused(body):
    with pytest.raises((FormBroken, TooLarge)):
        read_parts(body, "b")


def test_what_is_refused_leaves_no_file_open():
    """An unclosed one would be a warning, and warnings are errors."""
    file = part("file", b"x", more='; filename="x"')
    for wrong in (part("a", b"\xff"), part("a", b"x" * (MAX_TEXT_BYTES + 1)), part("", b"x")):
        with pytest.raises((FormBroken, TooLarge)):
            read_parts(form(file, wrong), "b")
