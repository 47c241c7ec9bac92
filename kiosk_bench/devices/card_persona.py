"""What is stored on a simulated social security card, and which kinds of card there are."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self

from kiosk_bench.devices.card_key import FAKE_MASTER_KEY, card_key

ATR_HISTORY_HEAD = bytes.fromhex("00815431008660")
"""Chip maker 0081, card system 543100, card maker 8660 (facts 1.8); six bytes of serial follow."""
REGISTERED_ID = "D156000005"
CLONER_KEY = b"cloner's-own-key"


def atr_history(serial: int) -> bytes:
    """Return the 13 historical bytes of the card with this serial."""
    return ATR_HISTORY_HEAD + bytes.fromhex("1108") + serial.to_bytes(4, "big")


def card_code(area: str, history: bytes) -> str:
    """Return a card identification code: area, registered id, end of the serial, check bytes.

    How the real check bytes are computed is not public (facts 1.3); ours are the serial's
    complement.
    """
    serial = history[-4:]
    check = bytes(0xFF - byte for byte in serial)
    return (area + REGISTERED_ID + serial.hex() + check.hex()).upper()


@dataclass(frozen=True, slots=True)
class CardPersona:
    """One card and its holder; all people are synthetic. ``key`` is the 16-byte internal key."""

    name: str = "张测试"
    id_number: str = "000000190001010017"
    number: str = "X00000019"
    code: str = field(default=card_code("000000", atr_history(1)))
    atr_history: bytes = field(default=atr_history(1))
    key: bytes = field(default=b"", repr=False)
    pin: str = field(default="246810", repr=False)
    pin_tries: int = 3
    version: str = "2.00"
    issued: date = date(2020, 1, 1)
    expires: date = date(2040, 1, 1)
    has_application: bool = True
    is_blank: bool = False
    name_is_damaged: bool = False
    has_name_extension: bool = True
    wants_external_authentication: bool = False
    """EF06 answers 6982, as some cards of version 3.00 may."""
    selects_files_by_p1_00: bool = False
    reads_by_number_only: bool = False

    @classmethod
    def good(
        cls,
        name: str = "张测试",
        id_number: str = "000000190001010017",
        number: str = "X00000019",
        serial: int = 1,
        area: str = "000000",
        master: bytes = FAKE_MASTER_KEY,
    ) -> Self:
        """Return a card that the centre with ``master`` believes."""
        history = atr_history(serial)
        code = card_code(area, history)
        return cls(
            name=name,
            id_number=id_number,
            number=number,
            code=code,
            atr_history=history,
            key=card_key(master, history, code),
        )

    def cloned(self) -> Self:
        """Return a copy with the right records and ATR, but without the right key."""
        return replace(self, key=CLONER_KEY)

    def foreign(self) -> Self:
        """Return a card without the social security application."""
        return replace(self, has_application=False)

    def blank(self) -> Self:
        """Return the card as it left the factory."""
        return replace(self, is_blank=True)

    def damaged(self) -> Self:
        """Return the card with a damaged record: the length of the name is wrong."""
        return replace(self, name_is_damaged=True)

    def expired(self) -> Self:
        """Return the card long after its last day."""
        return replace(self, issued=date(2000, 1, 1), expires=date(2010, 1, 1))

    @property
    def atr(self) -> bytes:
        """Return the answer to reset: T=0, 13 historical bytes, no check byte."""
        return bytes([0x3B, 0x60 | len(self.atr_history), 0x00, 0x00]) + self.atr_history
