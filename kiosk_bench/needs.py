"""What a story needs of a bench: kinds of device, each with the marker that selects its tests."""

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from kiosk_bench.timeline.timeline import Timeline
from kiosk_bench.timeline.watching import ToldFaults

if TYPE_CHECKING:
    from kiosk_bench.stories.story import Story


class Need(StrEnum):
    """A kind of device, as deeds call it."""

    CARD = "card-reader"
    ID_READER = "id-reader"
    PIN_PAD = "pin-pad"
    RECEIPT = "receipt-printer"
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


def needs_of(story: "Story") -> frozenset[Need]:
    """Return what a story touches."""
    return frozenset(map(Need, story.needs))


class NotOffered(Exception):
    """What a story asks for is not on this bench; the text says what is missing, and from where."""


class OfferedFaults(ToldFaults):
    """The faults that are in force on a bench that cannot have all of them."""

    def __init__(self, timeline: Timeline, is_offered: Callable[[str], bool], why: str) -> None:
        super().__init__(timeline)
        self._is_offered, self._why = is_offered, why

    def add(self, name: str) -> None:
        """Let it begin. Raises NotOffered."""
        if not self._is_offered(name):
            raise NotOffered(f"the fault {name}: {self._why}")
        super().add(name)


def words_of(errors: BaseExceptionGroup[BaseException]) -> str:
    """Return what each error in a group of groups says."""
    return "; ".join(
        words_of(one) if isinstance(one, BaseExceptionGroup) else str(one)
        for one in errors.exceptions
    )
