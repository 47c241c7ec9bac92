"""For each lane that is a wire: from a line of its log, where persons are masked, to words."""

from collections.abc import Callable

from kiosk_bench.timeline.card_words import CardWords
from kiosk_bench.timeline.id_reader_words import id_reader_words
from kiosk_bench.timeline.pin_pad_words import PinPadWords
from kiosk_bench.timeline.receipt_words import ReceiptWords
from kiosk_bench.timeline.timeline import EVENT

Decode = Callable[[str, str], str]
"""Direction and logged text in, words out."""

_MAKERS: dict[str, Callable[[], Decode]] = {
    "pin-pad": lambda: PinPadWords().tell,
    "card": lambda: CardWords().tell,
    "receipt": lambda: ReceiptWords().tell,
    "id-reader": lambda: id_reader_words,
}


def decoder_of(lane: str) -> Decode:
    """Return what follows one wire of this lane from its beginning."""
    decode = _MAKERS.get(lane, lambda: _as_logged)()
    return lambda direction, logged: (
        logged.replace("_", " ") if direction == EVENT else decode(direction, logged)
    )


def _as_logged(_direction: str, logged: str) -> str:
    return logged
