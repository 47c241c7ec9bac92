"""A device's wire log: what went over its wire and when, personal data masked by the device."""

import time
from pathlib import Path


class WireLog:
    """Appends one line a message: seconds since the start, direction, text."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._start = time.monotonic()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    def write(self, direction: str, text: str) -> None:
        """Log one message; ``>`` is to the device, ``<`` to the kiosk, ``!`` an event."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{time.monotonic() - self._start:9.3f} {direction} {text}\n")
