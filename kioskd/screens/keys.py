"""The pad of twelve keys: which key was pressed, and what that does to the picture that is up.

A pad is a keyboard to the kernel: digits, Enter for ``#``, Backspace for ``*``; a pad with arrows
leads the focus from control to control. See ``numbers`` for what each button's number is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

import pygame

from kioskd.screens.canvas import Canvas
from kioskd.screens.numbers import AGAIN, BACK_KEY, FRAME_KEY, MAIN_KEY, in_reading_order

FORWARD, BACKWARD = ">", "<"
NAMED = {
    pygame.K_RETURN: MAIN_KEY,
    pygame.K_KP_ENTER: MAIN_KEY,
    pygame.K_BACKSPACE: BACK_KEY,
    pygame.K_ESCAPE: BACK_KEY,
    pygame.K_KP_MULTIPLY: BACK_KEY,
    pygame.K_TAB: FORWARD,
    pygame.K_DOWN: FORWARD,
    pygame.K_RIGHT: FORWARD,
    pygame.K_UP: BACKWARD,
    pygame.K_LEFT: BACKWARD,
}
KEYPAD = {getattr(pygame, f"K_KP{digit}"): str(digit) for digit in range(10)}
KEYS = "0123456789#*<>"


def keys(events: Iterable[pygame.event.Event]) -> Iterator[str]:
    """Pick the pad's keys out of pygame's events: a digit, ``#``, ``*``, ``<`` or ``>``."""
    for event in events:
        if event.type == pygame.KEYDOWN:
            key = KEYPAD.get(event.key) or NAMED.get(event.key) or getattr(event, "unicode", "")
            if key and key in KEYS:
                yield key


def post_key(key: str) -> None:
    """Put a real press of a key into pygame's queue."""
    codes = {MAIN_KEY: pygame.K_RETURN, BACK_KEY: pygame.K_BACKSPACE}
    codes |= {FORWARD: pygame.K_DOWN, BACKWARD: pygame.K_UP}
    code = codes.get(key) or ord(key)
    typed = key if key.isdigit() else ""
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=code, unicode=typed, mod=0))


class Ask(Enum):
    """What a key asks for that is no button."""

    READ_AGAIN = "read again"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a key does: presses a button or asks, or leaves a digit pending or a focus."""

    press: str | Ask | None = None
    pending: str = ""
    focus: str | None = None


def effect_of(key: str, canvas: Canvas, pending: str, focus: str | None) -> Effect:
    """Say what ``key`` does to this picture, with a first digit or a focus from before."""
    if key in (FORWARD, BACKWARD):
        return Effect(focus=_next_focus(canvas, focus, 1 if key == FORWARD else -1))
    if key == MAIN_KEY:
        return Effect(focus or canvas.main or Ask.READ_AGAIN)
    if key == BACK_KEY:
        if pending or focus:
            return Effect()
        return Effect(canvas.erase or canvas.back)
    if key in canvas.digits:
        return Effect(canvas.digits[key])
    return _numbered(pending + key, canvas)


def _numbered(number: str, canvas: Canvas) -> Effect:
    if number == AGAIN:
        return Effect(Ask.READ_AGAIN)
    for button, its_number in canvas.numbers.items():
        if number == its_number:
            return Effect(button)
    begun = number == FRAME_KEY or any(one.startswith(number) for one in canvas.numbers.values())
    return Effect(pending=number if begun else "")


def _next_focus(canvas: Canvas, focus: str | None, step: int) -> str | None:
    order = in_reading_order(canvas.buttons, canvas.columns)
    if not order:
        return None
    if focus not in order:
        return order[0 if step > 0 else -1]
    return order[(order.index(focus) + step) % len(order)]
