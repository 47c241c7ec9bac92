"""What flows may ask of the screen and of the visitor's finger; the stage fulfils these."""

from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

from kioskd.errors import SessionEnded
from kioskd.screens.contract import Screen

T = TypeVar("T")


class Followed(Protocol[T]):
    """A screen shown while something else is going on."""

    def update(self, screen: Screen[T]) -> None:
        """Show another state of it."""

    async def answered(self) -> T:
        """Wait until the visitor's touches lead to an answer."""


class Stage(Protocol):
    """The screen and the visitor's finger. The only source of SessionEnded."""

    def begin_visit(self) -> None:
        """Forget the last visit's end; the clock of inactivity starts."""

    def end_visit(self, why: SessionEnded) -> None:
        """Make the ``show`` that is waiting, or the next one, raise ``why``."""

    async def show(self, screen: Screen[T], time_limit_s: float | None = None) -> T:
        """Show a screen until it is answered. Raises SessionEnded.

        ``time_limit_s`` None is the configured limit of inactivity; the last part of it is a
        visible countdown. Outside a visit nothing is timed.
        """

    def follow(self, screen: Screen[T]) -> AbstractAsyncContextManager[Followed[T]]:
        """Show a screen while the block runs. Untimed, and never raises SessionEnded."""

    async def visit_ended(self) -> None:
        """Return when the visit has ended, at once if it has: for who must follow and hear it."""

    @property
    def shown(self) -> tuple[Screen[Any], str] | None:
        """The screen that is up, as her touches have left it, and its language."""

    @property
    def language(self) -> str: ...
