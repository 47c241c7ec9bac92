"""A province while it runs: the database, the copies, and what may be done to them."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tools.load.copies import Copy, serving
from tools.load.pair import Pair, free_port

BEHIND_PROXY = ("--behind-proxy",)
COMMAND_S = 300


def centre(*words: str) -> str:
    """Run ``kiosk-central`` as an operator does; return what it printed."""
    command = [sys.executable, "-m", "kiosk_central", *words]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=COMMAND_S)
    return done.stdout.strip()


@dataclass(slots=True)
class Place:
    """Where everything is."""

    pair: Pair
    trust: Path
    ports: dict[str, int]
    _running: dict[str, tuple[ExitStack, Copy]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Return the database's URL, as the copies are given it."""
        return self.pair.url

    def start(self, name: str) -> None:
        """Start a copy; returns when it answers."""
        stack = ExitStack()
        copy = stack.enter_context(serving(self.url, self.trust, self.ports[name], BEHIND_PROXY))
        self._running[name] = stack, copy

    def stop(self, name: str) -> None:
        """End a copy as systemd does; what it has begun is answered."""
        stack, copy = self._running.pop(name)
        copy.stop()
        stack.close()

    def kill(self, name: str) -> None:
        """End a copy with SIGKILL."""
        self._running.pop(name)[0].close()

    def stop_all(self) -> None:
        """End every copy."""
        for name in tuple(self._running):
            self.stop(name)

    def start_all(self) -> None:
        """Start every copy."""
        for name in self.ports:
            self.start(name)

    def kill_all(self) -> None:
        """End whatever runs, at once."""
        for name in tuple(self._running):
            self.kill(name)


@contextmanager
def copies(pair: Pair, trust: Path, names: tuple[str, ...]) -> Iterator[Place]:
    """Start a copy for each name; all are gone in the end."""
    place = Place(pair, trust, {name: free_port() for name in names})
    try:
        place.start_all()
        yield place
    finally:
        place.kill_all()
