"""HTML: one Jinja environment, and what every page is given."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import msgspec
from litestar import Request, Response
from litestar.response import Redirect

from stockroom import __version__
from stockroom.platform import csrf, i18n
from stockroom.platform.cookies import cookie, cookie_name, ended_cookie
from stockroom.platform.errors import Refusal, VersionMissing
from stockroom.platform.ids import new_id
from stockroom.platform.scope import THEME_COOKIE, find_scope
from stockroom.platform.templating import LanguageEnvironment, module_templates
from stockroom.settings import Settings

FLASH_COOKIE = "flash"
THEMES = ("auto", "light", "dark")
OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")
DOCS = "/api/docs"
STATIC = Path(__file__).parent.parent / "static"

AnyRequest = Request[Any, Any, Any]


class NavItem(msgspec.Struct, frozen=True):
    """A line of the navigation, shown to those who hold the permission."""

    group: str
    label: str
    url: str
    icon: str
    permission: str
    order: int = 50


class Flash(msgspec.Struct, frozen=True):
    """A message shown once on the next page. ``kind`` is success, info, warning or danger."""

    kind: str
    text: str


_quoted = lru_cache(maxsize=4096)(quote_plus)


class Query:
    """The query string of this page, and links that change a part of it."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = dict(values)

    def with_(self, **changes: Any) -> str:
        """``?…`` with these parameters changed; None or '' takes one away. Paging starts again."""
        merged = {**self.values, **{name: str(value) for name, value in changes.items() if value is not None}}
        for name, value in changes.items():
            if value is None or value == "":
                merged.pop(name, None)
        if "page" not in changes:
            merged.pop("page", None)
        return "?" + "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in merged.items())

    def without(self, *names: str) -> "Query":
        return Query({name: value for name, value in self.values.items() if name not in names})

    def get(self, name: str, default: str = "") -> str:
        return self.values.get(name, default)


class Renderer:
    """Templates of all modules, the asset manifest, and the navigation."""

    def __init__(self, settings: Settings, nav: Sequence[NavItem]) -> None:
        self.settings = settings
        self.nav = sorted(nav, key=lambda item: item.order)
        self.assets = _manifest()
        shared = {
            "asset": self.asset,
            "version": __version__,
            "organisation": settings.organisation,
            "currency": settings.currency,
            "qty": i18n.number,
            "money": partial(_money, currency=settings.currency),
            "day": i18n.day,
            "new_key": lambda: new_id().hex,
            "modules": settings.stockroom_modules,
            "upload_megabytes": settings.max_upload_bytes // (1024 * 1024),
        }
        self.environments: dict[str, LanguageEnvironment] = {}
        for language in i18n.LANGUAGES:
            environment = LanguageEnvironment(
                language,
                loader=module_templates(),
                asset=self.asset,
                auto_reload=settings.environment == "development",
            )
            given: dict[str, Any] = environment.globals  # typed by Jinja for its own globals only
            given.update(shared)
            self.environments[language] = environment

    def asset(self, name: str) -> str:
        return f"/static/{self.assets.get(name, name)}"

    def render(self, request: AnyRequest, template: str, context: Mapping[str, Any]) -> str:
        environment = self.environments[i18n.language()]
        return environment.get_template(template).render({**self._shared(request), **context})

    def _shared(self, request: AnyRequest) -> dict[str, Any]:
        here = find_scope(request.scope)
        identity = here.identity if here is not None else None
        actor = here.actor if here is not None else None
        path = request.url.path
        return {
            "lang": i18n.language(),
            "moment": partial(i18n.moment, zone=self.settings.zone if here is None else here.zone),
            "theme": identity.theme if identity is not None else _visitor_theme(request),
            "path": path,
            "query": Query(dict(request.query_params.items())),
            "request_id": request.scope["state"].get("request_id", ""),
            "csrf_token": here.csrf_token() if here is not None else "",
            "user": None
            if identity is None
            else {
                "id": identity.account_id,
                "name": identity.name,
                "initials": "".join(part[0] for part in identity.name.split()[:2]).upper(),
                "role_label": i18n.gettext(identity.role_name),
                "theme": identity.theme,
                "language": i18n.language(),
            },
            "may": actor.may if actor is not None else _nothing,
            "nav": self._nav_for(actor.permissions if actor is not None else frozenset[str](), path),
            "flashes": _flashes(request),
        }

    def _nav_for(self, permissions: frozenset[str], path: str) -> list[dict[str, Any]]:
        groups: dict[str, list[dict[str, Any]]] = {}
        for item in self.nav:
            if item.permission and item.permission not in permissions:
                continue
            active = path == item.url or (item.url != "/" and path.startswith(item.url + "/"))
            groups.setdefault(item.group, []).append(
                {"url": item.url, "label": i18n.gettext(item.label), "icon": item.icon, "active": active}
            )
        return [{"title": i18n.gettext(title), "items": items} for title, items in groups.items()]


def read_cookie(request: AnyRequest, name: str) -> str:
    """What the browser sent under our name for it; empty where it sent nothing."""
    settings: Settings = request.app.state.settings
    return request.cookies.get(cookie_name(name, secure=settings.secure_cookies), "")


def _visitor_theme(request: AnyRequest) -> str:
    chosen = read_cookie(request, THEME_COOKIE)
    return chosen if chosen in THEMES else "auto"


def _money(value: Any, currency: str) -> str:
    return "" if value is None else i18n.money(value, currency)


def _nothing(_: str) -> bool:
    return False


def _manifest() -> dict[str, str]:
    path = STATIC / "manifest.json"
    return msgspec.json.decode(path.read_bytes(), type=dict[str, str]) if path.exists() else {}


def page(
    request: AnyRequest,
    template: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **context: Any,
) -> Response[bytes]:
    """A page, or the fragment that htmx asked for: the handler names the template."""
    return draw(request, template, context, status=status, headers=headers)


def draw(
    request: AnyRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    status: int,
    headers: dict[str, str] | None = None,
) -> Response[bytes]:
    """``page`` for a context whose names are free, with the cookies that a drawn page owes."""
    renderer: Renderer = request.app.state.renderer
    body = renderer.render(request, template, context).encode()
    response = Response(body, status_code=status, media_type="text/html", headers=headers)
    secure = renderer.settings.secure_cookies
    if read_cookie(request, FLASH_COOKIE) and not is_htmx(request):
        response.set_cookie(ended_cookie(FLASH_COOKIE, secure=secure))
    here = find_scope(request.scope)
    if here is not None and here.new_visitor:
        response.set_cookie(csrf.anonymous_cookie(here.new_visitor, secure=secure))
    return response


def own_path(address: str) -> str:
    """``address`` where it is a path of ours, else ``/``: nobody is sent to another site from here.

    Browsers drop tabs and line ends and read a backslash as a slash, so that ``/\\t/example.com`` leads away.
    """
    return address if OWN_PATH.fullmatch(address) else "/"


def is_htmx(request: AnyRequest) -> bool:
    return request.headers.get("hx-request") == "true"


def wants_json(request: AnyRequest) -> bool:
    path = request.url.path
    return path != DOCS and (path.startswith("/api/") or path == "/api")


def redirect(request: AnyRequest, url: str, *, flash: str = "", kind: str = "success") -> Redirect:
    """303 to ``url``, with a message for the next page (already translated)."""
    response = Redirect(url, status_code=303)
    if flash:
        settings: Settings = request.app.state.settings
        raw = msgspec.json.encode([kind, flash]).hex()
        response.set_cookie(cookie(FLASH_COOKIE, raw, secure=settings.secure_cookies, max_age=60))
    return response


def _flashes(request: AnyRequest) -> list[Flash]:
    raw = read_cookie(request, FLASH_COOKIE)
    try:
        kind, text = msgspec.json.decode(bytes.fromhex(raw), type=tuple[str, str])
    except (ValueError, msgspec.MsgspecError):
        return []
    return [Flash(kind if kind in ("success", "info", "warning", "danger") else "info", text)]


def field_messages(refusal: Refusal | None) -> dict[str, str]:
    """``{"lines-0-quantity": "Only 5 of 12 available."}``: all messages of a field under its form name.

    What belongs to no field is under the empty name.
    """
    if refusal is None:
        return {}
    found: dict[str, str] = {}
    for error in refusal.errors:
        name, text = error.at.strip("/").replace("/", "-"), i18n.sentence(error.sentence, error.facts)
        found[name] = f"{found[name]} {text}" if name in found else text
    found.setdefault("", i18n.sentence(refusal.sentence, refusal.facts))
    return found


def form_errors(refusal: Refusal | None) -> dict[str, Any]:
    """What a form template needs: ``errors`` by field name, and ``summary`` for the box above the form."""
    if refusal is None:
        return {"errors": {}, "summary": []}
    errors = field_messages(refusal)
    summary = [{"name": name, "text": text} for name, text in errors.items() if name]
    return {"errors": errors, "summary": summary or [{"name": "", "text": errors[""]}]}


def form_version(form: Mapping[str, str]) -> int:
    """The version in the form's hidden field. Raises VersionMissing."""
    text = form.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise VersionMissing
    return int(text)


def query_of(request: AnyRequest, *, leave_out: Sequence[str] = (), **defaults: str) -> list[tuple[str, str]]:
    """The query parameters for ``parse_list``, with the page's own defaults where nothing was said."""
    given = [(name, value) for name, value in request.query_params.multi_items() if name not in leave_out]
    named = {name for name, _ in given}
    return [*given, *((name, value) for name, value in defaults.items() if name not in named)]


async def read_form(request: AnyRequest) -> dict[str, str]:
    """The form as it was typed: names and texts."""
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}
