"""Realistic pages drawn with the shell alone, so that it can be looked at and driven without the shop."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "src/stockroom/static"
TEMPLATES = [ROOT / "src/stockroom/platform/templates", Path(__file__).parent / "templates"]
FACTS: dict[str, Any] = json.loads((Path(__file__).parent / "demonstration.json").read_text())


class Query:
    """The query string of the page, as the product gives it to its templates."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = dict(values)

    def get(self, name: str, default: str = "") -> str:
        return self.values.get(name, default)

    def with_(self, **changes: object) -> str:
        merged: dict[str, object] = {**self.values, **changes}
        return "?" + urlencode({name: value for name, value in merged.items() if value is not None})


@cache
def environment() -> Environment:
    files: Mapping[str, str] = json.loads((STATIC / "manifest.json").read_text())
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    plural = lambda one, many, number: one if number == 1 else many  # noqa: E731
    env.install_gettext_callables(lambda words: words, plural, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(asset=lambda name: f"/static/{files[name]}")
    return env


def context(path: str, query: Mapping[str, str]) -> dict[str, Any]:
    return {
        "user": {**FACTS["user"], "theme": query.get("theme", "auto")},
        "theme": query.get("theme", "auto"),
        "nav": navigation(path),
        "flashes": [],
        "csrf_token": "token",
        "request_id": "0197a6f2-5d1c",
        "version": "0.1.0",
        "path": path,
        "query": Query(query),
        "lang": "en",
    }


def navigation(path: str) -> list[dict[str, Any]]:
    return [
        {
            "title": group["title"],
            "items": [{**item, "active": at(item["url"], path)} for item in group["items"]],
        }
        for group in FACTS["nav"]
    ]


def at(url: str, path: str) -> bool:
    return url == path or (url == "/products" and path.startswith(url))


def form_page(errors: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "errors": errors,
        "by_name": {error["name"]: error["text"] for error in errors},
        "lines": FACTS["lines"],
        "blank": dict.fromkeys(FACTS["lines"][0], ""),
    }
