"""Templates compiled for a language: fixed words are looked up once, when the template is compiled.

A page has hundreds of words and few values. Jinja calls gettext for each word at every rendering; here
``_("…")`` and ``asset("…")`` with a fixed text become part of the compiled template.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, StrictUndefined, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from stockroom.platform import i18n

PACKAGES = ("platform", "people", "catalog", "stock", "buying", "dispensing", "insight", "interchange")


def module_templates() -> BaseLoader:
    """The templates of all modules, each by its path inside its own folder."""
    here = Path(__file__).parent.parent
    return ChoiceLoader(
        [PackageLoader(f"stockroom.{name}") for name in PACKAGES if (here / name / "templates").is_dir()]
    )


class _Fold(NodeTransformer):
    """Replaces calls of a known function with one fixed text by what it answers."""

    def __init__(self, functions: Mapping[str, Callable[[str], str]]) -> None:
        self.functions = functions

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802  (the visitor's naming)
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or len(node.args) != 1 or node.kwargs:
            return node
        function, argument = self.functions.get(node.node.name), node.args[0]
        if function is None or not isinstance(argument, nodes.Const) or not isinstance(argument.value, str):
            return node
        # Words of ours, from the catalogue or the asset list, fixed when the template is compiled.
        # nosemgrep: escaping-switched-off (see above)
        return nodes.Const(Markup(function(argument.value)), lineno=node.lineno)  # noqa: S704


class LanguageEnvironment(Environment):
    """A Jinja environment of one language. Everything is escaped besides plain text (``.txt``)."""

    def __init__(
        self,
        language: str,
        *,
        loader: BaseLoader,
        asset: Callable[[str], str] = str,
        auto_reload: bool = False,
    ) -> None:
        super().__init__(
            loader=loader,
            autoescape=_is_markup,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=auto_reload,
            extensions=["jinja2.ext.i18n"],
        )
        install: Any = self  # the i18n extension adds this method at run time
        install.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)
        self._fold = _Fold({"_": lambda word: i18n.translate(word, language) % {}, "asset": asset})

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        self._fold.visit(template)
        return template


def _is_markup(template: str | None) -> bool:
    return template is None or not template.endswith(".txt")
