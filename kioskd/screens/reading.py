"""What a picture says, as sentences: for ears instead of eyes.

The canvas has recorded what it wrote and where its controls are. First come the screen's texts
in the order they were drawn, then what may be chosen, then the main action and the way back.
Header and footer are on every screen and are not read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kioskd.screens.canvas import Canvas
from kioskd.screens.drawn import DrawnText
from kioskd.screens.frame import FRAME_BUTTONS
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.numbers import BACK_KEY, MAIN_KEY, in_reading_order


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing to say; only a ``public`` one may be heard by the hall."""

    text: str
    public: bool
    key: str = ""
    """The catalogue's key, where a recorded voice may have it."""


def read(canvas: Canvas, names_nobody: bool) -> tuple[Sentence, ...]:
    """Return what the picture says; where keys are used, each choice with what to press for it.

    ``names_nobody`` is the screen's: without it only questions and actions may be public.
    """
    own = _whole_lines([text for text in canvas.drawn[: canvas.framed_from] if text.heard])
    controls = _controls(canvas)
    free = [text for text in own if not any(text.is_in(rect) for rect in controls.values())]
    said = [_help(canvas)] if canvas.numbers else []
    said += [
        Sentence(text.text, text.public and (names_nobody or text.text in canvas.asked))
        for text in free
        if text.text.strip()
    ]
    typing = set(canvas.digits.values())
    chosen = {card.button for card in canvas.cards if card.look is Look.CHOSEN}
    for button, rect in controls.items():
        if button not in typing and (button in canvas.numbers or not canvas.numbers):
            texts = [text for text in own if text.is_in(rect)]
            may_be_heard = names_nobody or button in canvas.actions
            said.append(_choice(canvas, button, texts, button in chosen, may_be_heard))
    return tuple(_without_repeats(said))


@dataclass(frozen=True, slots=True)
class _Said:
    """A text with all that runs on from it."""

    text: str
    public: bool
    centre: tuple[int, int]

    def is_in(self, rect: Rect) -> bool:
        return rect.contains(*self.centre)


def _whole_lines(drawn: Sequence[DrawnText]) -> list[_Said]:
    """Put together what stands in one line: an amount and its unit."""
    lines: list[_Said] = []
    for text in drawn:
        if text.runs_on:
            before = lines.pop()
            both = _Said(before.text + text.text, before.public and text.public, before.centre)
            lines.append(both)
        else:
            lines.append(_Said(text.text, text.public, text.rect.centre))
    return lines


def _help(canvas: Canvas) -> Sentence:
    """Say how the keys are used; where digits are typed they choose nothing."""
    key = "reading.help_typing" if canvas.digits else "reading.help"
    return Sentence(canvas.words(key), True, key)


def _controls(canvas: Canvas) -> dict[str, Rect]:
    """Return the screen's own controls in the order to be read: the ways on and back last."""
    ways = [button for button in (canvas.main, canvas.back) if button in canvas.buttons and button]
    own = {b: r for b, r in canvas.buttons.items() if b not in FRAME_BUTTONS and b not in ways}
    return {
        button: canvas.buttons[button] for button in [*in_reading_order(own, canvas.columns), *ways]
    }


def _choice(
    canvas: Canvas, button: str, texts: list[_Said], chosen: bool, may_be_heard: bool
) -> Sentence:
    words = canvas.words
    label = words("reading.and").join(text.text for text in texts if text.text.strip())
    public = may_be_heard and all(text.public for text in texts)
    if not label and f"button.{button}" in words:
        label, public = words(f"button.{button}"), True
    if chosen:
        label = words("reading.chosen", label=label)
    if button not in canvas.numbers:
        return Sentence(label, public)
    number = canvas.numbers[button]
    named = {MAIN_KEY: words("reading.hash"), BACK_KEY: words("reading.star")}
    spoken = named.get(number, " ".join(number))
    return Sentence(words("reading.press", number=spoken, label=label), public)


def _without_repeats(said: list[Sentence]) -> Iterator[Sentence]:
    before = Sentence("", True)
    for sentence in said:
        if sentence.text and sentence != before:
            yield sentence
        before = sentence
