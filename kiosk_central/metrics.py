"""Figures for Prometheus: what this server did, and how fleet and money are at the time of asking.

No label holds a kiosk, a person or a path with a reference in it: their number is bounded.
"""

import time
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import Connection, func, select
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk_central.fleet.lists import counts
from kiosk_central.store.books import payments
from kiosk_central.store.partitions import rows_in_rest

LATENCIES_S = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
UNKNOWN_ROUTE = "other"


@dataclass(frozen=True, slots=True)
class Figures:
    """What is so at the time of asking."""

    fleet: dict[str, int]
    """Kiosks, all and by what is wrong."""
    money: dict[str, int]
    """Payments by state."""
    rest: int
    """Rows in default partitions."""


@dataclass(slots=True)
class Meters:
    """The meters of one server."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    requests: Counter = field(init=False)
    latency: Histogram = field(init=False)
    batch: Histogram = field(init=False)
    commit: Histogram = field(init=False)
    waiting: Gauge = field(init=False)
    alive: Gauge = field(init=False)
    fleet: Gauge = field(init=False)
    money: Gauge = field(init=False)
    rest: Gauge = field(init=False)

    def __post_init__(self) -> None:
        own: Any = {"registry": self.registry}
        self.requests = Counter(
            "centre_requests", "Requests by route and status.", ("route", "status"), **own
        )
        self.latency = Histogram(
            "centre_request_seconds", "Time to an answer.", ("route",), buckets=LATENCIES_S, **own
        )
        self.batch = Histogram(
            "centre_writer_batch_jobs", "Jobs committed together.", buckets=BATCHES, **own
        )
        self.commit = Histogram(
            "centre_writer_commit_seconds", "Time of a batch.", buckets=LATENCIES_S, **own
        )
        self.waiting = Gauge("centre_writer_waiting_jobs", "Jobs that wait for a writer.", **own)
        self.alive = Gauge("centre_writer_alive", "1 while every writer lives.", **own)
        self.fleet = Gauge("centre_kiosks", "Kiosks, all and by what is wrong.", ("state",), **own)
        self.money = Gauge("centre_payments", "Payments by state.", ("state",), **own)
        self.rest = Gauge(
            "centre_default_partition_rows", "Rows of months that nobody made in time.", **own
        )

    def note_batch(self, jobs: int, seconds: float) -> None:
        """Count a batch of the writer; called by its threads."""
        self.batch.observe(jobs)
        self.commit.observe(seconds)

    def text(self, found: Figures, waiting: int, alive: bool) -> bytes:
        """Return everything as Prometheus reads it."""
        self.rest.set(found.rest)
        self.waiting.set(waiting)
        self.alive.set(alive)
        for state, count in found.fleet.items():
            self.fleet.labels(state).set(count)
        for state, count in found.money.items():
            self.money.labels(state).set(count)
        return generate_latest(self.registry)


def figures(connection: Connection) -> Figures:
    """Return what the database knows."""
    query = select(payments.c.state, func.count().label("number")).group_by(payments.c.state)
    money = {row.state: row.number for row in connection.execute(query)}
    return Figures(counts(connection), money, rows_in_rest(connection))


class Metered:
    """Counts every request under the pattern of its route."""

    def __init__(self, app: ASGIApp, meters: Meters) -> None:
        self._app, self._meters = app, meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and watch the status of the answer and the time it took."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            route = _pattern(scope)
            self._meters.requests.labels(route, str(status)).inc()
            self._meters.latency.labels(route).observe(time.perf_counter() - begun)


def _pattern(scope: Scope) -> str:
    """Return the route's pattern, ``/v1/payments/{ref}``; one word for all that have none."""
    route = scope.get("route")
    return route.path if isinstance(route, Route) else UNKNOWN_ROUTE
