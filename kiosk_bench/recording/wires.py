"""The wires that can be recorded, by the names that recordings and commands call them."""

from collections.abc import Callable, Mapping

from kiosk_bench.recording.card import CardCodec
from kiosk_bench.recording.codec import Codec
from kiosk_bench.recording.escpos import EscposCodec
from kiosk_bench.recording.ipp import IppCodec
from kiosk_bench.recording.sam_v import SamVCodec
from kiosk_bench.recording.zvt import ZvtCodec

SERIAL_WIRES: Mapping[str, Callable[[], Codec]] = {
    "zvt": ZvtCodec,
    "sam-v": SamVCodec,
    "escpos": EscposCodec,
}
"""PIN pad, ID reader, receipt printer."""
WIRES: Mapping[str, Callable[[], Codec]] = {**SERIAL_WIRES, "card": CardCodec, "ipp": IppCodec}


def codec_of(wire: str) -> Codec:
    """Return a codec at the beginning of a wire. Raises UnknownWire."""
    if wire not in WIRES:
        raise UnknownWire(f"no wire is called {wire!r}; there are {', '.join(WIRES)}")
    return WIRES[wire]()


class UnknownWire(Exception):
    """A recording or a command names a wire that is none; the text says which there are."""
