"""What hands have done: told in the timeline without secrets, and kept whole for a recording.

The whole lines stay in memory: a PIN typed on the glass is hidden wherever it could be read.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from kiosk_bench.console import Shown
from kiosk_bench.timeline.timeline import EVENT, TO_KIOSK, Timeline

TYPED = ("digit-", "key-")
"""How the ids of buttons begin that type: what they type may be a PIN, or a person's number."""

UNTOLD = ("tap", "touch", "key", "fault", "power", "wait", "expect")
"""First words of deeds that are told by what they do (a touch, a fault), or that move nothing."""


@dataclass(frozen=True, slots=True)
class DeedDone:
    """A deed that was done."""

    at_s: float
    line: str
    """As it was asked for, secrets and all."""
    shown: Shown | None
    """What the kiosk showed when it was begun."""


class DeedBook:
    """Keeps deeds in the order in which they were begun."""

    def __init__(self, timeline: Timeline, shown: Callable[[], Shown | None]) -> None:
        self._timeline, self._shown = timeline, shown
        self.done: list[DeedDone] = []

    @contextmanager
    def doing(self, line: str, masked: Callable[[bool], str]) -> Iterator[None]:
        """Tell that a deed begins, and keep it if it ends well.

        ``masked`` returns the line for anybody's eyes; it is told whether something is being typed.
        """
        shown = self._shown()
        begun = DeedDone(self._timeline.now_s(), line, shown)
        if line.split(maxsplit=1)[0] not in UNTOLD:
            self._timeline.note("citizen", EVENT, masked(is_typing(shown)))
        yield
        self.done.append(begun)
        self.done.sort(key=lambda one: one.at_s)

    def touch(self, button: str) -> None:
        """Tell that a button was touched."""
        typed = next((kind for kind in TYPED if button.startswith(kind)), None)
        self._timeline.note("citizen", TO_KIOSK, f"touch {typed.rstrip('-') if typed else button}")

    def key(self, key: str) -> None:
        """Tell that a key of the pad was pressed."""
        hidden = is_typing(self._shown()) and key.isdigit()
        self._timeline.note("citizen", TO_KIOSK, "key" if hidden else f"key {key}")

    def point(self, x: int, y: int) -> None:
        """Tell that the glass was touched, and where unless that could tell what is typed."""
        where = "" if is_typing(self._shown()) else f" at {x}, {y}"
        self._timeline.note("citizen", TO_KIOSK, f"touch{where}")


def is_typing(shown: Shown | None) -> bool:
    """Tell whether a picture has buttons that type."""
    return shown is not None and any(button.startswith(TYPED) for button in shown.buttons)
