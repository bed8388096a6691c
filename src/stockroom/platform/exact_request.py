"""Reading JSON bodies without passing a number through a binary float (docs/decisions/0006)."""

from typing import Any

from litestar import Request

from stockroom.platform.fields import read_json


class ExactRequest(Request[Any, Any, Any]):
    """Litestar's own would read ``0.1`` as a float before anybody knows that a decimal is wanted."""

    async def json(self) -> Any:
        """Raises Invalid where the body is no JSON."""
        return read_json(await self.body() or b"null")
