"""What a story needs of a bench: kinds of device, each with the marker that selects its tests."""

from enum import StrEnum


class Need(StrEnum):
    """A kind of device, as ``rig.toml`` calls it."""

    CARD = "card"
    ID_READER = "id_reader"
    PIN_PAD = "pin_pad"
    RECEIPT = "receipt_printer"
    A4 = "a4"
    GPIO = "cabinet"
    POWER = "power"

    @property
    def marker(self) -> str:
        """Return the name of pytest's marker for it."""
        return MARKERS[self]


MARKERS = {
    Need.CARD: "hw_card",
    Need.ID_READER: "hw_idreader",
    Need.PIN_PAD: "hw_pinpad",
    Need.RECEIPT: "hw_receipt",
    Need.A4: "hw_a4",
    Need.GPIO: "hw_gpio",
    Need.POWER: "hw_power",
}


class NotOffered(Exception):
    """What a story asks for is not on this bench; the text says what is missing, and from where."""
