"""From what hands did to the steps of a story that does the same again, however fast it is played.

- A touch that hit a button becomes ``tap SCREEN BUTTON``; one that hit nothing is left out.
- A PIN typed digit by digit becomes ``type pin of CITIZEN``: the pad is shuffled anew each time.
- Digits and OK at the PIN pad become ``bank pin``, which waits until it is asked for.
- Before a deed that no button waits for, ``wait SCREEN`` stands, unless it passes by itself.
- A power cut right after a moment of the PIN pad is bound to it: no screen is so exact.
"""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kiosk_bench.console import Shown
from kiosk_bench.timeline.deed_book import TYPED, DeedDone

PASSES = ("busy-", "goodbye", "starting")
"""How the ids of screens begin that go by themselves: a replay may be too late to see one."""
PIN_SCREEN, DIGIT, OK, CLEAR, MAIN_KEY, BACK_KEY = "enter-pin", TYPED[0], "ok", "clear", "#", "*"
CUT, DEAD, PAY = "power cut", "expect dead", "tap review pay"
BANK_KEY, BANK_KEYS = "bank key", {"ok": "bank pin", "cancel": "bank cancel"}
NEEDS_NO_SCREEN = ("power", "wait", "expect")


@dataclass(slots=True)
class _Steps:
    """The steps so far, and what is not yet a step."""

    name_of_pin: Callable[[str], str | None]
    steps: list[str] = field(default_factory=list)
    screen: str = ""
    """The screen that a replay has certainly reached."""
    typed: str = ""
    """Digits of a PIN, up to OK."""
    last_touch: tuple[int, str] | None = None

    def touch(self, shown: Shown, button: str) -> None:
        """Add a touch; a second one on the same picture has done nothing."""
        is_again = (shown.serial, button) == self.last_touch and not button.startswith(TYPED)
        self.last_touch = (shown.serial, button)
        if shown.screen == PIN_SCREEN and self._types(button):
            return
        if not is_again:
            self.steps.append(f"tap {shown.screen} {shlex.quote(button)}")
        self.screen = shown.screen

    def _types(self, button: str) -> bool:
        """Take a touch on the pad of a PIN; False for a button that is not of it."""
        if button.startswith(DIGIT):
            self.typed += button.removeprefix(DIGIT)
        elif button == CLEAR:
            self.typed = ""
        elif button == OK:
            self._end_pin()
        else:
            self.typed = ""
            return False
        return True

    def _end_pin(self) -> None:
        name = self.name_of_pin(self.typed)
        self.steps.append(f"type pin of {name}" if name else f"type pin {self.typed}")
        self.typed, self.screen = "", PIN_SCREEN

    def key(self, shown: Shown | None, key: str) -> None:
        """Add a key of the pad."""
        at_pin = shown is not None and shown.screen == PIN_SCREEN
        leaves = key == BACK_KEY and not self.typed
        if at_pin and not leaves and self._types(_button_of(key)):
            return
        self.other(shown, f"key {shlex.quote(key)}")

    def bank_key(self, shown: Shown | None, key: str) -> None:
        """Add what the PIN pad's keys come to: any digits and OK are its PIN."""
        if key in BANK_KEYS:
            self.other(shown, BANK_KEYS[key])

    def other(self, shown: Shown | None, line: str) -> None:
        """Add a deed that waits for no button."""
        words = line.split()
        if words[0] not in NEEDS_NO_SCREEN and shown is not None:
            self.wait(shown.screen)
        self.steps.append(line)
        if words[0] == "wait":
            self.screen = words[1]
        elif words[0] == "power":
            self.screen = "welcome" if line == "power on" else ""

    def wait(self, screen: str) -> None:
        """Let a replay wait for a screen that stays."""
        if screen != self.screen and not screen.startswith(PASSES):
            self.steps.append(f"wait {screen}")
            self.screen = screen

    def cut_at(self, moment: str) -> None:
        """Add a power cut at a moment of the payment that was begun last."""
        at = len(self.steps) - 1 - self.steps[::-1].index(PAY)
        self.steps.insert(at, f"at pin-pad.{moment}: {CUT}")
        self.steps.append(DEAD)
        self.screen = ""


def steps_of(
    deeds: Sequence[DeedDone],
    moments: Sequence[tuple[float, str]],
    name_of_pin: Callable[[str], str | None],
    last: Shown | None,
) -> list[str]:
    """Return the steps for deeds in order; ``last`` is what was shown when all was done.

    ``moments`` are times and names of the PIN pad's moments, ``name_of_pin`` knows whose a PIN is.
    """
    made, before_s = _Steps(name_of_pin), 0.0
    for deed in deeds:
        words = shlex.split(deed.line)
        between = [name for at_s, name in moments if before_s < at_s <= deed.at_s]
        if deed.line == CUT and between and PAY in made.steps:
            made.cut_at(between[-1])
        elif words[0] in ("tap", "touch"):
            _add_touch(made, deed, words)
        elif words[0] == "key":
            made.key(deed.shown, words[1])
        elif deed.line.startswith(BANK_KEY):
            made.bank_key(deed.shown, words[-1])
        else:
            made.other(deed.shown, deed.line)
        before_s = deed.at_s
    if last is not None:
        made.wait(last.screen)
    return made.steps


def _add_touch(made: _Steps, deed: DeedDone, words: list[str]) -> None:
    shown = deed.shown
    button = words[2] if words[0] == "tap" else _hit(shown, int(words[1]), int(words[2]))
    if shown is not None and button:
        made.touch(shown, button)


def _hit(shown: Shown | None, x: int, y: int) -> str:
    """Return the button at a pixel, or nothing."""
    for button, (left, top, wide, high) in (shown.buttons if shown else {}).items():
        if left <= x < left + wide and top <= y < top + high:
            return button
    return ""


def _button_of(key: str) -> str:
    return {MAIN_KEY: OK, BACK_KEY: CLEAR}.get(key, DIGIT + key)
