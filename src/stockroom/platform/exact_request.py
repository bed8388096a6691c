"""Reading JSON bodies without passing a number through a binary float (docs/decisions/0006), and forms with
files within bounds."""

from typing import Any

from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.enums import RequestEncodingType
from litestar.types import Empty
from litestar.utils.scope.state import ScopeState

from stockroom.platform.fields import read_json
from stockroom.platform.parts import FormBroken, read_parts


class ExactRequest(Request[Any, Any, Any]):
    """Litestar's own would read ``0.1`` as a float before anybody knows that a decimal is wanted."""

    async def json(self) -> Any:
        """Raises Invalid where the body is no JSON."""
        return read_json(await self.body() or b"null")

    async def form(self) -> FormMultiDict:
        """Raises FormBroken, TooLarge."""
        kept = ScopeState.from_scope(self.scope)
        media_type, options = self.content_type
        if kept.form is Empty and media_type == RequestEncodingType.MULTI_PART:
            boundary = options.get("boundary", "")
            if not boundary:
                raise FormBroken
            form: dict[str, Any] = dict(read_parts(await self.body(), boundary))
            kept.form = form  # of parts and lists of parts, as FormMultiDict takes them
        return await super().form()
