"""The parts of a kiosk as the self-test sees them: on the screen, and from the command line."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final, Protocol

import trio

from kioskd.contracts import (
    Cabinet,
    Central,
    DocumentPrinter,
    IdReader,
    PinPad,
    ReceiptPrinter,
    SocialCardReader,
    Stage,
    Voice,
)
from kioskd.domain.document import GenuinePages
from kioskd.domain.trouble import Trouble
from kioskd.errors import KioskError

IDLE_S: Final = 600.0
"""She has her hands in the cabinet, not on the glass: longer than a visitor before it ends."""
Described = Mapping[str, str]
"""What a device says of itself, by the word for it: ``model``, ``firmware``, ``serial``."""


class GivenUp(KioskError):
    """Who was asked to do something could not, or would not."""


@dataclass(frozen=True, slots=True)
class Devices:
    """Everything that can be tried."""

    social_cards: SocialCardReader
    id_reader: IdReader
    pin_pad: PinPad
    receipt_printer: ReceiptPrinter
    document_printer: DocumentPrinter
    cabinet: Cabinet
    voice: Voice
    central: Central
    pin_pad_turn: trio.Lock
    """Whoever uses the PIN pad for money holds it; so does the test."""
    money_in_doubt: Callable[[], bool]
    """Whether only the PIN pad's books can tell what became of a payment."""
    troubles: Callable[[], Mapping[str, Trouble | None]]
    """The health board, by role."""
    alignment_page: Callable[[], GenuinePages]
    stage: Stage | None = None
    """None at the command line, which has no picture."""


class Hands(Protocol):
    """The technician who stands before the kiosk. Her words are keys of the catalogues."""

    async def confirms(self, question: str) -> bool:
        """Ask what only eyes and ears can tell."""

    def asked_to(self, what: str) -> AbstractAsyncContextManager[None]:
        """Say what to do while the block waits for it. Raises GivenUp, at its end too."""
