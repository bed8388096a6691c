"""What is no HTTP at all: uvicorn answers it before the application sees it, with our headers all the same."""

import asyncio
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from stockroom.platform.headers import ALWAYS
from stockroom.server import GuardedProtocol, GuardedTlsProtocol

NONSENSE = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET / HTTP/9.9\r\n\r\n",
    b"BREW /coffee HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
    b"GET / HTTP/1.1\r\nHo st: a\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /",
    b"\x00" * 64,
]


class Wire(asyncio.Transport):
    """Keeps what would go over the network."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.closed = False

    def write(self, data: Any) -> None:
        self.sent += bytes(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default


async def answer_to(data: bytes, protocol: type[GuardedProtocol]) -> Wire:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError(f"reached the application: {scope} {receive} {send}")

    config = Config(app, log_config=None, ws="none")
    config.load()
    made = protocol(config=config, server_state=ServerState(), app_state={})
    wire = Wire()
    made.connection_made(wire)
    made.data_received(data)
    made.connection_lost(None)
    return wire


@pytest.mark.parametrize("data", NONSENSE)
@pytest.mark.parametrize("protocol", [GuardedProtocol, GuardedTlsProtocol])
async def test_nonsense_is_refused_with_every_header_and_the_connection_closed(
    data: bytes, protocol: type[GuardedProtocol]
) -> None:
    wire = await answer_to(data, protocol)
    head, _, body = wire.sent.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    headers = dict(line.split(b": ", 1) for line in lines)
    assert status == b"HTTP/1.1 400 Bad Request"
    assert wire.closed
    assert len(body) == int(headers[b"content-length"])
    assert {name: headers.get(name) for name, _ in ALWAYS} == dict(ALWAYS)
    assert headers[b"cache-control"] == b"no-store"
    assert (b"strict-transport-security" in headers) is protocol.tls
    assert b"server" not in headers
