"""A screen is a value: an id, what to show, and what each touch means. No I/O, no pygame here.

A screen never changes: a touch makes a new screen (another grade is marked), or ends it with an
answer. The stage owns time, touches and the frame around it (header, footer).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

if TYPE_CHECKING:
    from kioskd.screens.canvas import Canvas

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """The screen's answer: what ``await stage.show(screen)`` returns."""

    answer: T


class Screen(Generic[T]):
    """One question to the visitor, answered with a ``T``. Subclasses are frozen dataclasses."""

    id: ClassVar[str]
    """The stable name in stories, logs, goldens and the operator's manual: ``choose-grade``."""

    between_visits: ClassVar[bool] = False
    """Shown to nobody in particular: showing it ends the visit for the stage (welcome)."""

    names_nobody: ClassVar[bool] = False
    """Whether all that the catalogue says on it may be heard by the hall.

    On other screens it may follow from who she is (her card is lost): there the hall hears only
    what is asked, and what each button does.
    """

    def draw(self, canvas: "Canvas") -> None:
        """Draw the middle and register its buttons. Pure: same value, same picture."""
        raise NotImplementedError

    def tap(self, button: str) -> "Screen[T] | Done[T] | None":
        """Say what touching ``button`` leads to: another screen, an answer, or nothing.

        ``button`` is the id given to ``canvas`` when it was drawn.
        """
        raise NotImplementedError
