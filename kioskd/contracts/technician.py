"""What the technician's flows may ask of whoever lets her in; ``kioskd.technician`` fulfils it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from enum import Enum
from typing import Protocol

from kioskd.domain.diagnosis import Line
from kioskd.domain.document import GenuinePages, Receipt
from kioskd.domain.selftest import Finding
from kioskd.domain.stick import StickOutcome
from kioskd.domain.trouble import Trouble
from kioskd.protocols.acceptance import Acceptance


class Verdict(Enum):
    """What became of an answer that was typed."""

    RIGHT = "right"
    WRONG = "wrong"
    """The same challenge may be answered again."""
    OVER = "over"
    """The challenge has ended: too late, or too many wrong answers."""


class Sheet(Protocol):
    """A signed acceptance sheet, as it is printed and as the centre gets it."""

    @property
    def acceptance(self) -> Acceptance: ...

    @property
    def pages(self) -> GenuinePages: ...

    @property
    def slip(self) -> Receipt: ...


class Workshop(Protocol):
    """Who is let in, and what she needs beyond the devices."""

    async def called(self) -> None:
        """Return when somebody makes the technicians' sign."""

    @property
    def trouble(self) -> Trouble | None:
        """Why nobody can be let in now: no key, or a pause after wrong answers."""

    def challenge(self) -> str:
        """Return eight fresh digits; those before are forgotten."""

    def answer(self, digits: str) -> Verdict:
        """Judge an answer to the newest challenge. A right one ends it."""

    @property
    def tries_left(self) -> int:
        """How many more answers are judged before there is a pause."""

    @property
    def at_work(self) -> bool:
        """Whether a technician is in."""

    def working(self) -> AbstractContextManager[None]:
        """Be at work while the block runs."""

    def alignment_page(self) -> GenuinePages:
        """Return the page that shows where the A4 printer puts its ink."""

    async def sheet(self, findings: Sequence[Finding], technician: str, language: str) -> Sheet:
        """Compose and sign the acceptance sheet. Raises NoIdentity."""

    async def diagnosed(self) -> tuple[Line, ...]:
        """Look at everything, as ``kioskd doctor`` does."""

    async def bundle_pages(self, lines: tuple[Line, ...]) -> tuple[str, ...]:
        """Return a short bundle as the texts of QR codes, at least one."""

    async def bundle_to_stick(self) -> StickOutcome:
        """Have a whole bundle written to the USB stick that is plugged."""

    async def send(self, acceptance: Acceptance) -> None:
        """Bring it to the centre. Raises ServerError."""
