"""A cheap client, in a process of its own: many connections, each with one request under way.

``python -m tools.load.client TRUST PORTS CONNECTIONS FIRST COUNT`` prints, as JSON, how long it
took from the first request to the last answer, and how many answers were not 200.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tools.load.city import request_of

HOST = "127.0.0.1"
BLANK = b"\r\n\r\n"
LENGTH = b"content-length: "


class Caller(asyncio.Protocol):
    """One connection: sends the next request when the last one is answered."""

    def __init__(self, requests: Iterator[bytes], seen: Counter[bytes]) -> None:
        self._requests, self._seen = requests, seen
        self._answer = b""
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
            self._answer = b""
            self.next()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits if it was not we who hung up."""
        if not self.done.done():
            self.done.set_exception(exc or ConnectionResetError())


async def _load(trust: Path, ports: list[int], connections: int, first: int, count: int) -> None:
    requests = [request_of(trust, number) for number in range(first, first + count)]
    waiting, seen = iter(requests), Counter[bytes]()
    loop = asyncio.get_running_loop()
    callers = []
    for number in range(connections):
        port = ports[number % len(ports)]
        _, caller = await loop.create_connection(lambda: Caller(waiting, seen), HOST, port)
        callers.append(caller)
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    begun = time.perf_counter()
    for caller in callers:
        caller.next()
    await asyncio.gather(*(caller.done for caller in callers))
    took = time.perf_counter() - begun
    print(json.dumps({"seconds": took, "failed": count - seen[b"200"]}), flush=True)


def main() -> None:
    """Run as a process."""
    ports = [int(port) for port in sys.argv[2].split(",")]
    asyncio.run(_load(Path(sys.argv[1]), ports, *map(int, sys.argv[3:6])))


if __name__ == "__main__":
    main()
