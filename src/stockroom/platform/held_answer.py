"""An answer held back until its transaction has committed, and a body that is read twice."""

from typing import Any

from litestar.types import HTTPReceiveMessage, Message, Receive, Send

from stockroom.platform import idempotency


def replayed(body: bytes, receive: Receive) -> Receive:
    """The body was read to check it; whoever reads the stream again gets it once more."""
    sent = False

    async def again() -> HTTPReceiveMessage | Any:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


class BufferedAnswer:
    """Holds an answer back until its transaction has committed: a refused commit must not be a 201."""

    def __init__(self) -> None:
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""

    @classmethod
    def replayed(cls, kept: idempotency.Kept) -> "BufferedAnswer":
        answer = cls()
        answer.status = kept.status or 500
        answer.headers = [(name.encode(), value.encode("latin-1")) for name, value in kept.headers.items()]
        answer.headers.append((b"idempotency-replayed", b"true"))
        answer.body = kept.body or b""
        return answer

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [(bytes(name), bytes(value)) for name, value in message["headers"]]
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    async def release(self, send: Send) -> None:
        headers = [item for item in self.headers if item[0].lower() != b"content-length"]
        headers.append((b"content-length", str(len(self.body)).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})
