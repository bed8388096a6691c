"""Cursors: what was not signed for this very list and person is stale, never a fault."""

import base64

import pytest

from stockroom.platform.cursors import CursorStale, decode_cursor, encode_cursor

SECRET = b"s" * 32
VALUES = ["Łódź", "019a2f4e-7c3b-7d10-9e58-3f6b2a1c4d5e"]


def test_comes_back_as_it_was_made() -> None:
    cursor = encode_cursor(SECRET, "list", VALUES)
    assert decode_cursor(SECRET, "list", cursor) == VALUES
    assert cursor.isascii()
    assert "=" not in cursor


@pytest.mark.parametrize(("secret", "bound_to"), [(b"t" * 32, "list"), (SECRET, "another list")])
def test_belongs_to_one_secret_and_one_list(secret: bytes, bound_to: str) -> None:
    with pytest.raises(CursorStale):
        decode_cursor(secret, bound_to, encode_cursor(SECRET, "list", VALUES))


def test_every_changed_character_is_noticed() -> None:
    cursor = encode_cursor(SECRET, "list", ["a", 1])
    for index in range(len(cursor)):
        other = "A" if cursor[index] != "A" else "B"
        changed = cursor[:index] + other + cursor[index + 1 :]
        same = base64.urlsafe_b64decode(changed + "==") == base64.urlsafe_b64decode(cursor + "==")
        if not same:
            with pytest.raises(CursorStale):
                decode_cursor(SECRET, "list", changed)


@pytest.mark.parametrize(
    "cursor", ["", "a", "x" * 15, "====", "!!!!", "żółć", "\x00", " ", "A" * 10_000, "a b", "../../etc"]
)
def test_nonsense_is_stale(cursor: str) -> None:
    with pytest.raises(CursorStale):
        decode_cursor(SECRET, "list", cursor)
