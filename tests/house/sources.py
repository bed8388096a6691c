"""The files of the house, read and parsed once for all rules."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar, cast

T = TypeVar("T", bound=ast.AST)

ROOT = Path(__file__).parents[2]
PACKAGE = "src/stockroom"
SHOP_MODULES = frozenset(
    {
        "people",
        "catalog",
        "stock",
        "buying",
        "selling",
        "making",
        "dispensing",
        "insight",
        "interchange",
    }
)


@dataclass(frozen=True, eq=False)
class Source:
    """One Python file: its path from the repository's root, with forward slashes, and its text."""

    path: str
    text: str

    @property
    def place(self) -> tuple[str, ...]:
        """The path inside the package, without suffix: ("stock", "actions", "issue")."""
        return Path(self.path).relative_to(PACKAGE).with_suffix("").parts

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def _by_type(self) -> dict[type[ast.AST], list[ast.AST]]:
        index: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        for node in ast.walk(self.tree):
            index[type(node)].append(node)
        return index

    def nodes(self, *kinds: type[T]) -> Iterator[T]:
        for kind in kinds:
            yield from cast("list[T]", self._by_type.get(kind, []))

    @cached_property
    def imports(self) -> list[tuple[str, ast.AST]]:
        """Every imported dotted name, relative ones made absolute; `from a import b` gives a.b."""
        found: list[tuple[str, ast.AST]] = []
        for node in self.nodes(ast.Import):
            found += [(alias.name, node) for alias in node.names]
        for node in self.nodes(ast.ImportFrom):
            found += [(f"{self._origin(node)}.{alias.name}", node) for alias in node.names]
        return found

    def _origin(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = Path(self.path).relative_to("src").parts[: -node.level]
        return ".".join([*package, *([node.module] if node.module else [])])

    @cached_property
    def _aliases(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for node in self.nodes(ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        for node in self.nodes(ast.ImportFrom):
            for alias in node.names:
                names[alias.asname or alias.name] = f"{self._origin(node)}.{alias.name}"
        return names

    def qualified(self, node: ast.AST) -> str:
        """The dotted name that an expression stands for, aliases resolved; empty when it is none."""
        if isinstance(node, ast.Name):
            return self._aliases.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            owner = self.qualified(node.value)
            return f"{owner}.{node.attr}" if owner else ""
        return ""

    def finding(self, node: ast.AST, words: str) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {words}"


def planted(text: str, path: str = f"{PACKAGE}/stock/actions.py") -> Source:
    """A file that exists only in a test, to see a rule fail."""
    return Source(path, text)


@cache
def python_sources(*folders: str) -> tuple[Source, ...]:
    return tuple(
        Source(name, (ROOT / name).read_text("utf-8")) for name in files_under(folders, frozenset({".py"}))
    )


def files_under(folders: Iterable[str], suffixes: frozenset[str]) -> list[str]:
    """Paths from the root of every file with one of the suffixes, built and cached ones left out."""
    return sorted(
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in suffixes and not _is_built(path.relative_to(ROOT))
    )


def _is_built(path: Path) -> bool:
    return "__pycache__" in path.parts or path.is_relative_to(f"{PACKAGE}/static")
