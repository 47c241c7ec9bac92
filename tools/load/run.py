"""Servers and clients as processes: requests a second, and the CPU that the servers used."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tools.load.city import City

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
CONNECTIONS = 256
STOP_S = 90


@dataclass(frozen=True, slots=True)
class Server:
    """A server process that listens."""

    port: int
    process: "subprocess.Popen[str]"

    def cpu_s(self) -> float:
        """Return the CPU seconds it has used until now, in user and kernel."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * TICK_S


@dataclass(frozen=True, slots=True)
class Load:
    """What a load of requests came to."""

    per_second: float
    cpu_us: float
    """Of all servers together, per request."""
    middle_ms: float
    """Until an answer."""
    most_ms: float
    """Of 99 in 100 answers."""


@contextmanager
def serving(*words: str) -> Iterator[Server]:
    """Run a server that says in one line of JSON when it is ready."""
    command = [sys.executable, "-m", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None, "a pipe"
            ready = json.loads(process.stdout.readline())
            yield Server(int(ready["port"]), process)
        finally:
            process.terminate()
            process.wait(STOP_S)


@contextmanager
def centres(city: City, count: int = 1) -> Iterator[list[Server]]:
    """Run the shipped server, so often; TLS is a proxy's work here, in no figure of ours."""
    words = [
        *("kiosk_central", "serve", "--db", city.url, "--port", "0"),
        *("--trust", str(city.trust), "--behind-proxy"),
    ]
    with ExitStack() as stack:
        yield [stack.enter_context(serving(*words)) for _ in range(count)]


def load(
    city: City,
    servers: Sequence[Server],
    first: int,
    count: int,
    what: str = "payment",
) -> Load:
    """Send ``count`` payments (or beats) from ``first`` on, from one client for all servers."""
    ports = ",".join(str(one.port) for one in servers)
    words = [str(city.trust), str(len(city.kiosks)), ports, what]
    numbers = [str(number) for number in (CONNECTIONS, first, count)]
    command = [sys.executable, "-m", "tools.load.client", *words, *numbers]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as client:
        assert client.stdin is not None and client.stdout is not None, "pipes"
        assert client.stdout.readline() == "ready\n", "the client is connected"
        before = sum(one.cpu_s() for one in servers)
        client.stdin.write("go\n")
        client.stdin.flush()
        told = json.loads(client.stdout.readline())
    used = sum(one.cpu_s() for one in servers) - before
    if told["failed"]:
        sys.exit(f"{told['failed']} of {count} requests were not answered with 200")
    middle_ms, most_ms = (told[name] * 1000 for name in ("middle_s", "most_s"))
    return Load(count / told["seconds"], used / count * 1e6, middle_ms, most_ms)
