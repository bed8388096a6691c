"""On disk: random names, for the owner only, whole or not there."""

import os
import stat
from datetime import UTC, datetime

import pytest

from stockroom.platform.files.store import COMING, Store

DAY = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "files")


def test_what_was_put_is_read_back_under_a_random_name(store):
    one, other = store.put(b"same"), store.put(b"same")
    assert one != other
    assert len(one) == 32
    assert store.read(one) == b"same"
    assert (store.root / one[:2] / one[2:]).is_file()
    assert sorted(store.keys()) == sorted([one, other])


def test_only_the_owner_reads(store):
    key = store.put(b"x")
    path = store.root / key[:2] / key[2:]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(store.root.stat().st_mode) == 0o700


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "ab", "A" * 32, "a" * 33, "/" * 32])
def test_only_keys_are_paths(store, key):
    for use in (store.read, lambda bad: store.remove([bad])):
        with pytest.raises(ValueError, match="not a key"):
            use(key)


def test_a_full_disk_leaves_nothing(store, monkeypatch):
    def full(handle):
        if stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.put(b"x")
    assert [path for path in store.root.rglob("*") if path.is_file()] == []


def test_what_a_crash_left_half_written_is_swept(store):
    key = store.put(b"x")
    half = store.root / key[:2] / f"{COMING}{key[2:]}"
    half.write_bytes(b"half")
    os.utime(half, (DAY.timestamp() - 1, DAY.timestamp() - 1))
    assert store.keys() == [key]
    store.sweep_unfinished(before=DAY)
    assert not half.exists()
    assert store.read(key) == b"x"
