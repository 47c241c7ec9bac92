"""When a start came to what: kernel, units, first frame, READY; read from the console's log.

Seconds are the guest's own, from the kernel's first line. An emulated machine is some ten times
slower than a Raspberry Pi: the figures are for comparing starts of one image with each other.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from kiosk_bench.image.serial_console import Line, SerialConsole

FINISHED = re.compile(r"Startup finished in (.*)\.$")
UNIT = re.compile(r"systemd\[1\]: (?:Started|Finished|Mounted|Reached target) ([\w@\\.-]+)")
KIOSK = "kioskd.service"
Match = Callable[[Line], bool]


@dataclass(frozen=True, slots=True)
class BootTimes:
    """One start."""

    kernel_s: float | None
    """systemd has begun, and with it the journal."""
    first_frame_s: float | None
    """The kiosk has drawn its first picture."""
    ready_s: float | None
    """systemd has heard READY from the kiosk."""
    welcome_s: float | None
    """The first screen that a visitor may use."""
    multi_user_s: float | None
    finished: str
    """What systemd itself says of it; empty if it has not said it."""
    units: tuple[tuple[float, str], ...]
    """When each unit was there."""


def boot_times(console: SerialConsole) -> BootTimes:
    """Read one start's console."""
    said = [FINISHED.search(line.text) for line in console.lines]
    return BootTimes(
        _first(console, lambda line: line.text.startswith("systemd")),
        _first(console, lambda line: _shows(line, "starting")),
        _first(console, lambda line: unit_of(line) == KIOSK),
        _first(console, lambda line: _shows(line, "welcome")),
        _first(console, lambda line: unit_of(line) == "multi-user.target"),
        next((found[1] for found in said if found), ""),
        tuple(
            (line.guest_s, name)
            for line in console.lines
            if line.guest_s is not None and (name := unit_of(line))
        ),
    )


def unit_of(line: Line) -> str:
    """Return the unit that this line says is there; empty for other lines."""
    found = UNIT.search(line.text)
    return found[1] if found else ""


def _shows(line: Line, screen: str) -> bool:
    event = line.event
    return event.get("event") == "screen.shown" and event.get("screen") == screen


def _first(console: SerialConsole, is_it: Match) -> float | None:
    return next((line.guest_s for line in console.lines if is_it(line)), None)
