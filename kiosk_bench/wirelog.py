"""A device's wire log: what went over its wire and when, personal data masked by the device."""

from pathlib import Path

from kiosk_bench.timeline.teller import Teller
from kiosk_bench.timeline.timeline import EVENT, Timeline


class WireLog:
    """Appends one line a message: seconds since the start, direction, text.

    With a timeline each message is an entry of ``lane`` too, and both tell the timeline's time.
    """

    def __init__(self, path: Path, timeline: Timeline | None = None, lane: str = "") -> None:
        self.path = path
        self._timeline = Timeline() if timeline is None else timeline
        self._teller = Teller(self._timeline, lane) if lane else None
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    def write(self, direction: str, text: str) -> None:
        """Log one message; ``>`` is to the device, ``<`` to the kiosk, ``!`` an event."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{self._timeline.now_s():9.3f} {direction} {text}\n")
        if self._teller is not None:
            self._teller.tell(direction, text)

    def tell(self, lane: str, text: str) -> None:
        """Tell in the timeline what this wire shows of another lane; its file has it already."""
        if self._teller is not None:
            self._timeline.note(lane, EVENT, text)
