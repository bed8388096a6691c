"""What Prometheus reads: request histograms by route, pool, memory. One registry per application."""

import os

import psutil
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest

from stockroom.platform.db import Database

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)


class Metrics:
    """The counters of this process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Histogram(
            "stockroom_request_seconds",
            "Time to answer, by route.",
            ("method", "route", "status"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._limited = Counter(
            "stockroom_rate_limited_requests",
            "Requests refused by a limit.",
            ("limit",),
            registry=self.registry,
        )
        self._pool = Gauge(
            "stockroom_pool_connections", "Database connections.", ("state",), registry=self.registry
        )
        self._waiting = Gauge(
            "stockroom_pool_waiting", "Requests waiting for a connection.", registry=self.registry
        )
        self._memory = Gauge("stockroom_resident_bytes", "Memory of this process.", registry=self.registry)

        self.csp_reports = Counter(
            "stockroom_csp_reports",
            "What browsers say the content security policy kept from happening.",
            registry=self.registry,
        )

    def observe_request(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, f"{status // 100}xx").observe(seconds)

    def count_limited(self, limit: str) -> None:
        self._limited.labels(limit).inc()

    def expose(self, database: Database) -> bytes:
        """The Prometheus text format, version 0.0.4."""
        stats = database.pool.get_stats()
        size, available = stats.get("pool_size", 0), stats.get("pool_available", 0)
        self._pool.labels("open").set(size)
        self._pool.labels("available").set(available)
        self._waiting.set(stats.get("requests_waiting", 0))
        self._memory.set(psutil.Process(os.getpid()).memory_info().rss)
        return generate_latest(self.registry)
