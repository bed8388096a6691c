"""Before → after, field by field."""

from typing import Any

import pytest

from stockroom.platform.changes import Change, changes


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, [("b", 2, 3)]),
        ({"a": 1, "version": 1}, {"a": 2, "version": 2}, [("a", 1, 2)]),
        (None, {"a": 1, "version": 1}, [("a", None, 1), ("version", None, 1)]),
        ({"a": 1}, None, [("a", 1, None)]),
        (None, None, []),
        ({"a": None}, {"a": 0}, [("a", None, 0)]),
        ({"a": ["x"]}, {"a": ["x", "y"]}, [("a", ["x"], ["x", "y"])]),
        (
            {"lines": [{"q": 1}, {"q": 2}]},
            {"lines": [{"q": 1}, {"q": 5}, {"q": 6}]},
            [("lines[1].q", 2, 5), ("lines[2].q", None, 6)],
        ),
        ({"a": {"b": {"c": 1}}}, {"a": {"b": {"c": 2}}}, [("a.b.c", 1, 2)]),
        ("old", "new", [("value", "old", "new")]),
        ({"a": 1}, {"a": 1}, []),
    ],
)
def test_names_what_differs(before: Any, after: Any, expected: list[tuple[str, Any, Any]]) -> None:
    assert changes(before, after) == [Change(*item) for item in expected]
