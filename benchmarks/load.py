"""A load from outside: persistent connections, one request after the other on each, latencies by the clock."""

import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

Request = bytes
MakeRequest = Callable[[int], Request]


@dataclass
class Result:
    """What a run came to. Latencies in seconds."""

    seconds: float
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def throughput(self) -> float:
        return len(self.latencies) / self.seconds

    def quantile(self, share: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else 0.0

    @property
    def median(self) -> float:
        return statistics.median(self.latencies) * 1000 if self.latencies else 0.0


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Request:
    """An HTTP/1.1 request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: Request
) -> tuple[int, bytes]:
    """Send one request and read its whole answer; the server names the length."""
    writer.write(data)
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    lowered = head.lower()
    start = lowered.find(b"content-length:")
    length = int(lowered[start + 15 : lowered.index(b"\r\n", start)]) if start >= 0 else 0
    return status, await reader.readexactly(length) if length else b""


async def run(port: int, make: MakeRequest, *, clients: int, seconds: float) -> Result:
    """``clients`` connections for ``seconds``; every answer is read to its end."""
    result = Result(seconds)
    counter = iter(range(10**9))
    stop_at = time.perf_counter() + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < stop_at:
            data = make(next(counter))
            started = time.perf_counter()
            status, _ = await exchange(reader, writer, data)
            result.latencies.append(time.perf_counter() - started)
            result.statuses[status] = result.statuses.get(status, 0) + 1
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    result.seconds = time.perf_counter() - started
    return result
