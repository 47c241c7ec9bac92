"""A cheap client, in a process of its own: many connections, each with one request under way.

``python -m tools.load.client TRUST KIOSKS PORTS WHAT CONNECTIONS FIRST COUNT`` prints as JSON how
long it took from the first request to the last answer, how many answers were not 200, and how long
an answer took in the middle, and of 99 in 100. WHAT is ``payment`` or ``beat``.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tools.load import told
from tools.load.city import kiosk_names

HOST = "127.0.0.1"
WHAT: dict[str, Callable[[Path, str, int], bytes]] = {"payment": told.payment, "beat": told.beat}
BLANK = b"\r\n\r\n"
LENGTH = b"content-length: "


class Caller(asyncio.Protocol):
    """One connection: sends the next request when the last one is answered."""

    def __init__(self, requests: Iterator[bytes], seen: Counter[bytes], took: list[float]) -> None:
        self._requests, self._seen, self._took = requests, seen, took
        self._answer, self._begun = b"", 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the line."""
        assert isinstance(transport, asyncio.Transport), "TCP"
        self._transport = transport

    def next(self) -> None:
        """Send one request, or hang up."""
        request = next(self._requests, None)
        if request is None:
            self.done.set_result(None)
            self._transport.close()
        else:
            self._begun = time.perf_counter()
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Count an answer once it is whole."""
        self._answer += data
        head, blank, body = self._answer.partition(BLANK)
        if not blank:
            return
        start = head.lower().index(LENGTH) + len(LENGTH)
        if len(body) == int(head[start:].split(b"\r\n", 1)[0]):
            self._seen[head[9:12]] += 1
            self._took.append(time.perf_counter() - self._begun)
            self._answer = b""
            self.next()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits if it was not we who hung up."""
        if not self.done.done():
            self.done.set_exception(exc or ConnectionResetError())


async def _load(requests: dict[int, list[bytes]], connections: int) -> None:
    """Send each port its own requests; a kiosk always meets the same server, as behind a proxy."""
    seen, took = Counter[bytes](), list[float]()
    count = sum(len(some) for some in requests.values())
    loop = asyncio.get_running_loop()
    callers = []
    for port, some in requests.items():
        make = partial(Caller, iter(some), seen, took)
        for _ in range(connections // len(requests)):
            _, caller = await loop.create_connection(make, HOST, port)
            callers.append(caller)
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    begun = time.perf_counter()
    for caller in callers:
        caller.next()
    await asyncio.gather(*(caller.done for caller in callers))
    seconds = time.perf_counter() - begun
    took.sort()
    answers = {
        "seconds": seconds,
        "failed": count - seen[b"200"],
        "middle_s": took[len(took) // 2],
        "most_s": took[len(took) * 99 // 100],
    }
    print(json.dumps(answers), flush=True)


def main() -> None:
    """Run as a process."""
    trust, kiosks, what = Path(sys.argv[1]), kiosk_names(int(sys.argv[2])), WHAT[sys.argv[4]]
    ports = [int(port) for port in sys.argv[3].split(",")]
    connections, first, count = (int(word) for word in sys.argv[5:8])
    requests: dict[int, list[bytes]] = {port: [] for port in ports}
    for number in range(first, first + count):
        place = number % len(kiosks)
        requests[ports[place % len(ports)]].append(what(trust, kiosks[place], number))
    asyncio.run(_load(requests, connections))


if __name__ == "__main__":
    main()
