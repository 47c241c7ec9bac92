"""What the machine writes on its serial console: the kernel's words and the journal's.

QEMU writes it to a file; here each line gets the time at which the bench saw it. The journal comes
too because the kernel's command line says so (``systemd.journald.forward_to_console=1``).
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trio

LOOK_S = 0.02
STAMPED = re.compile(r"^\[ *(\d+\.\d+)\] (.*)$")
KIOSK = re.compile(r"^kioskd\[\d+\]: (?:<\d>)?(\{.*\})$")


class NotSaid(Exception):
    """The machine did not say in time what was waited for; the text has its last words."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the console."""

    seen_s: float
    """Since the machine was switched on, by the bench's clock."""
    guest_s: float | None
    """Since the kernel began, by the guest's clock."""
    text: str

    @property
    def event(self) -> dict[str, Any]:
        """What the kiosk's log says in it; empty if it is none of the kiosk's."""
        found = KIOSK.match(self.text)
        try:
            return dict(json.loads(found[1])) if found else {}
        except ValueError:
            return {}


class SerialConsole:
    """Reads one start's console file while it grows."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.lines: list[Line] = []
        self._began = trio.current_time()
        self._rest = ""
        self._moved = trio.Event()

    async def follow(self) -> None:
        """Read for ever."""
        self.file.touch()
        with self.file.open("rb") as file:
            while True:
                self._take(file.read())
                await trio.sleep(LOOK_S)

    def _take(self, data: bytes) -> None:
        if not data:
            return
        *whole, self._rest = (self._rest + data.decode("utf-8", "replace")).split("\n")
        now = trio.current_time() - self._began
        for line in whole:
            found = STAMPED.match(line.rstrip("\r"))
            stamp, text = (float(found[1]), found[2]) if found else (None, line.rstrip("\r"))
            self.lines.append(Line(now, stamp, text))
        moved, self._moved = self._moved, trio.Event()
        moved.set()

    async def wait(
        self, what: Callable[[Line], bool], words: str, within_s: float, since: int = 0
    ) -> Line:
        """Return the first such line from number ``since`` on. Raises NotSaid."""
        with trio.move_on_after(within_s):
            while True:
                moved = self._moved
                for line in self.lines[since:]:
                    if what(line):
                        return line
                since = max(since, len(self.lines))
                await moved.wait()
        last = "\n".join(line.text for line in self.lines[-15:])
        raise NotSaid(f"waited {within_s:g} s for {words}; the console ends with:\n{last}")

    async def wait_text(self, pattern: str, within_s: float, since: int = 0) -> Line:
        """Return the first line in which the pattern is found. Raises NotSaid."""
        wanted = re.compile(pattern)
        return await self.wait(
            lambda line: wanted.search(line.text) is not None, f"/{pattern}/", within_s, since
        )

    def events(self, name: str) -> list[tuple[Line, dict[str, Any]]]:
        """Return what the kiosk's log has said under this name."""
        told = ((line, line.event) for line in self.lines)
        return [(line, event) for line, event in told if event.get("event") == name]

    @property
    def text(self) -> str:
        """Everything so far."""
        return "\n".join(line.text for line in self.lines)
