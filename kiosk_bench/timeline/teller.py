"""Tells the timeline of one wire; a status asked again and again only when its answer changes.

An idle kiosk asks its devices for their status every second or so. The wire log has each of these.
"""

from kiosk_bench.timeline.decoders import decoder_of
from kiosk_bench.timeline.timeline import TO_DEVICE, TO_KIOSK, Entry, Timeline

POLLS = {
    "id-reader": ("find card", "SAM status"),
    "receipt": ("printer status?", "why offline?", "which error?", "paper?"),
    "a4": ("Get-Printer-Attributes",),
}
"""By lane, the words of questions that idle kiosks ask."""


class Teller:
    """Follows one wire from its beginning."""

    def __init__(self, timeline: Timeline, lane: str) -> None:
        self._timeline, self._lane = timeline, lane
        self._decode, self._polls = decoder_of(lane), POLLS.get(lane, ())
        self._asked: Entry | None = None
        """A question that waits for its answer before it is told, or not."""
        self._answers: dict[str, str] = {}

    def tell(self, direction: str, logged: str) -> None:
        """Tell a line of the wire log."""
        words = self._decode(direction, logged)
        detail = logged if logged != words else ""
        entry = Entry(self._timeline.now_s(), self._lane, direction, words, detail)
        asked, self._asked = self._asked, None
        if asked is not None:
            if direction == TO_KIOSK and self._answers.get(asked.text) == words:
                return
            self._answers[asked.text] = words if direction == TO_KIOSK else ""
            self._timeline.add(asked)
        if direction == TO_DEVICE and words in self._polls:
            self._asked = entry
        else:
            self._timeline.add(entry)
