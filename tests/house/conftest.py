"""What the rules are held against."""

import pytest

from tests.house.sources import PACKAGE, Source, files_under, python_sources


@pytest.fixture(scope="session")
def package() -> tuple[Source, ...]:
    """Every Python file of the product."""
    return python_sources(PACKAGE)


@pytest.fixture(scope="session")
def templates() -> list[str]:
    """Paths of every template that becomes a page or a message."""
    return [
        path for path in files_under([PACKAGE], frozenset({".html", ".txt", ".xml"})) if "/templates/" in path
    ]
