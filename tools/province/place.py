"""A province while it runs: the database, the copies, and what may be done to them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner

from kiosk_central.cli import main
from tools.load.copies import Copy, serving
from tools.load.pair import free_port

BEHIND_PROXY = ("--behind-proxy",)


def centre(*words: str) -> str:
    """Run a command of ``kiosk-central`` as an operator does; return what it printed."""
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, f"{words}: {done.output}"
    return done.output.strip()


@dataclass(slots=True)
class Place:
    """Where everything is."""

    url: str
    """The database's, as the copies are given it."""
    trust: Path
    ports: dict[str, int]
    _running: dict[str, tuple[ExitStack, Copy]] = field(default_factory=dict)

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
        """Start every copy, all at a time."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(self.start, self.ports))

    def kill_all(self) -> None:
        """End whatever runs, at once."""
        for name in tuple(self._running):
            self.kill(name)


@contextmanager
def copies(url: str, trust: Path, names: tuple[str, ...]) -> Iterator[Place]:
    """Start a copy for each name; all are gone in the end."""
    place = Place(url, trust, {name: free_port() for name in names})
    try:
        place.start_all()
        yield place
    finally:
        place.kill_all()
