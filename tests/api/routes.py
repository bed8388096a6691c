"""The route table of the application, as its guards and options tell it."""

from dataclasses import dataclass

from litestar import Litestar

from stockroom.platform.web import Needs, StepUp

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Litestar's own, described in platform: the pages of the API's documentation.
DOCUMENTATION = "/api/docs"


@dataclass(frozen=True)
class Route:
    """One method of one path. ``permission`` is None without a guard, "" for any signed-in person."""

    method: str
    path: str
    permission: str | None
    marks: frozenset[str]
    asks_step_up: bool = False
    keys: bool = False
    """Whether an API key may come in that was given the permission."""
    without_csrf: str = ""
    """Why a route that changes something asks for no token; empty for all that do ask."""

    @property
    def is_page(self) -> bool:
        return not self.path.startswith(("/api", "/static")) and "bare" not in self.marks

    @property
    def is_unsafe(self) -> bool:
        """It changes something, and so asks for the token of its session."""
        return self.method not in SAFE and not self.without_csrf

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def routes_of(app: Litestar) -> list[Route]:
    found = [
        Route(
            method,
            path,
            _permission(handler),
            frozenset(name for name, on in handler.opt.items() if on is True),
            asks_step_up := any(isinstance(guard, StepUp) for guard in handler.guards or ()),
            # A key cannot prove who it is: what asks for that is for people alone.
            not asks_step_up and any(g.keys for g in handler.guards or () if isinstance(g, Needs)),
            str(handler.opt.get("without_csrf", "")),
        )
        for route in app.routes
        for handler in getattr(route, "route_handlers", [getattr(route, "route_handler", None)])
        if handler is not None
        for path in [route.path_format]
        for method in sorted(getattr(handler, "http_methods", {"GET"}))
        if method not in {"HEAD", "OPTIONS"}
    ]
    return sorted(found, key=lambda route: (route.path, route.method))


def _permission(handler) -> str | None:
    return next((guard.permission for guard in handler.guards or () if isinstance(guard, Needs)), None)
