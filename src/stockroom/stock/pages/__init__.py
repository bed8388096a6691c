"""Pages of stock."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from stockroom.platform.pages import NavItem

ROUTES: Sequence[ControllerRouterHandler] = []
NAV: Sequence[NavItem] = []
