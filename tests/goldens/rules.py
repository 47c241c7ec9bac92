"""The rules of issue and standards, each as a function from a picture to what breaks it.

Touch and letters are judged in the panel's millimetres. Contrast is WCAG 2.2 1.4.3, line spacing the
ministry's rule for elder-friendly services (MIIT 2021): at least 1.3.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

from kioskd.screens.drawn import DrawnText
from kioskd.screens.frame import FRAME_BUTTONS, middle_rect
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.theme import Colour
from tests.goldens.gallery import Drawn

TOUCH_MM = 10.0
LETTER_MM = 2.3
"""Of the smallest side note; bodies are at least 2.86 mm (18 dp) where the letters are full."""
BODY_MM, BODY_SIZE = 2.86, 24
SPACING = 1.3
PLAIN_CONTRAST, LARGE_CONTRAST = 4.5, 3.0
LARGE_MM, LARGE_BOLD_MM = 6.35, 4.94
"""18 points, and 14 points bold."""
TELLING = (Look.CHOSEN, Look.OFF, Look.DONE, Look.DOUBT, Look.STOP)
UNMARKED = (Look.PLAIN, Look.OPEN)
COLUMN_MIN = 2
"""Fewer controls of a kind are no column."""
GRACE = 2
"""Pixels that rounding may cost."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule broken in one place."""

    rule: str
    where: str


Rule = Callable[[Drawn], Iterator[Violation]]


def touch(drawn: Drawn) -> Iterator[Violation]:
    """Every control is at least 10 mm high and wide."""
    mm = drawn.canvas.theme.mm_per_px
    for button, rect in drawn.canvas.buttons.items():
        if (min(rect.w, rect.h) + 1) * mm < TOUCH_MM:
            yield Violation("touch", f"{button} {rect.w * mm:.1f} x {rect.h * mm:.1f} mm")


def letters(drawn: Drawn) -> Iterator[Violation]:
    """No letter is too small for a weak eye."""
    mm = drawn.canvas.theme.mm_per_px
    full = drawn.canvas.letters_percent == 100 and not drawn.canvas.theme.low
    for text in drawn.canvas.drawn[: drawn.canvas.framed_from]:
        least = BODY_MM if full and text.type.size >= BODY_SIZE else LETTER_MM
        if text.size and text.text and (text.size + 0.5) * mm < min(least, BODY_MM * 0.8):
            yield Violation("letters", f"{text.text[:20]!r} {text.size * mm:.2f} mm")


def spacing(drawn: Drawn) -> Iterator[Violation]:
    """Lines of one text stand at least 1.3 times their letters apart."""
    for text in drawn.canvas.drawn:
        if text.lines > 1 and text.line_height + 0.5 < SPACING * text.size:
            yield Violation("spacing", f"{text.text[:20]!r} {text.line_height / text.size:.2f}")


def fits(drawn: Drawn) -> Iterator[Violation]:
    """No text is cut off."""
    for text in drawn.canvas.drawn:
        if not text.fits:
            yield Violation("fits", repr(text.text[:30]))


def inside(drawn: Drawn) -> Iterator[Violation]:
    """Everything is on the panel, the screen's controls between header and footer."""
    theme = drawn.canvas.theme
    whole, middle = Rect(0, 0, theme.width, theme.height), middle_rect(theme)
    for text in drawn.canvas.drawn:
        if not whole.encloses(text.rect):
            yield Violation("inside", repr(text.text[:30]))
    for button, rect in drawn.canvas.buttons.items():
        if not (whole if button in FRAME_BUTTONS else middle).encloses(rect):
            yield Violation("inside", button)


def overlap(drawn: Drawn) -> Iterator[Violation]:
    """No two controls and no two texts lie over one another, and no text over a control's edge."""
    canvas = drawn.canvas
    for (one, a), (other, b) in combinations(canvas.buttons.items(), 2):
        if _cross(a, b):
            yield Violation("overlap", f"{one} and {other}")
    texts = [(text, _ink(text)) for text in canvas.drawn if text.text.strip()]
    for (first, ink), (second, other_ink) in combinations(texts, 2):
        if _cross(ink, other_ink):
            yield Violation("overlap", f"{first.text[:15]!r} and {second.text[:15]!r}")
    for text, ink in texts:
        for button, rect in canvas.buttons.items():
            if _cross(ink, rect) and not rect.contains(*text.rect.centre):
                yield Violation("overlap", f"{text.text[:15]!r} on {button}")


def contrast(drawn: Drawn) -> Iterator[Violation]:
    """Letters stand out from their ground: 4.5 to 1, large ones 3 to 1."""
    mm = drawn.canvas.theme.mm_per_px
    for text in drawn.canvas.drawn:
        if not (text.text.strip() and text.size):
            continue  # nothing to see
        large = text.size * mm >= (LARGE_BOLD_MM if text.type.bold else LARGE_MM)
        found = ratio(text.colour, _ground(drawn, text))
        if found + 0.05 < (LARGE_CONTRAST if large else PLAIN_CONTRAST):
            yield Violation("contrast", f"{text.text[:20]!r} {found:.2f}")


def not_by_colour(drawn: Drawn) -> Iterator[Violation]:
    """What is chosen has a sign that its twins lack; what is done, doubtful or off, sign or words."""
    canvas = drawn.canvas
    signs = {card.rect: _signs(drawn, card.rect) for card in canvas.cards}
    twins = [card for card in canvas.cards if card.button and card.look in UNMARKED]
    for card in canvas.cards:
        if card.button in FRAME_BUTTONS:
            continue  # a frame's button that is on has another label
        has_words = any(card.rect.contains(*text.rect.centre) for text in canvas.drawn)
        if card.look in TELLING and not (has_words or signs[card.rect]):
            yield Violation("colour", f"{card.look.name} at {card.rect.x}, {card.rect.y} is mute")
        if card.look is Look.CHOSEN and card.button is not None:
            fewest = min((signs[twin.rect] for twin in twins), default=0)
            if signs[card.rect] <= fewest:
                yield Violation("colour", f"{card.button} is chosen by colour alone")


def reach(drawn: Drawn) -> Iterator[Violation]:
    """In the low layout every control is in the lower half."""
    theme = drawn.canvas.theme
    for button, rect in drawn.canvas.buttons.items():
        if theme.low and rect.y < theme.height // 2:
            yield Violation("reach", button)


def hand(drawn: Drawn) -> Iterator[Violation]:
    """The main action is on the side of her hand, the way back on the other."""
    canvas = drawn.canvas
    if canvas.main not in canvas.buttons or canvas.back not in canvas.buttons:
        return
    main, back = canvas.buttons[canvas.main], canvas.buttons[canvas.back]
    middle = drawn.surface.get_width() // 2
    if (main.centre[0] < back.centre[0]) != canvas.theme.left_handed and main.y == back.y:
        yield Violation("hand", f"{canvas.main} at {main.x}, {canvas.back} at {back.x}")
    if canvas.theme.left_handed and main.centre[0] > middle + GRACE:
        yield Violation("hand", f"{canvas.main} is right of the middle")


def keys(drawn: Drawn) -> Iterator[Violation]:
    """By keys every control has a number of its own, none begins another, all rise in reading."""
    canvas = drawn.canvas
    if drawn.variant.mode != "keys":
        return
    erased = {canvas.back} if canvas.erase else set()
    silent = set(FRAME_BUTTONS) if canvas.digits else set()
    for button in canvas.buttons.keys() - canvas.numbers.keys() - erased - silent:
        if not canvas.digits:
            yield Violation("keys", f"{button} has no number")
    numbers = list(canvas.numbers.values())
    for one, other in combinations(numbers, 2):
        if one.startswith(other) or other.startswith(one):
            yield Violation("keys", f"{one} and {other}")
    yield from _interleaved(drawn)
    for (one, a), (other, b) in combinations(_choices(drawn).items(), 2):
        if _are_columns(drawn, _kind(one), _kind(other)):
            continue
        higher, lower = (one, other) if a.bottom <= b.y else (other, one)
        apart = a.bottom <= b.y or b.bottom <= a.y
        if apart and int(canvas.numbers[higher]) > int(canvas.numbers[lower]):
            yield Violation("keys", f"{higher} stands above {lower} and is counted after it")
        left, right = (one, other) if a.x < b.x else (other, one)
        if a.y == b.y and int(canvas.numbers[left]) > int(canvas.numbers[right]):
            yield Violation("keys", f"{left} stands before {right} and is counted after it")


def _interleaved(drawn: Drawn) -> Iterator[Violation]:
    """Controls of two kinds that stand side by side are counted one kind after the other."""
    counted = {b: int(drawn.canvas.numbers[b]) for b in _choices(drawn)}
    kinds = sorted({_kind(button) for button in counted})
    for one, other in combinations(kinds, 2):
        first = [number for button, number in counted.items() if _kind(button) == one]
        second = [number for button, number in counted.items() if _kind(button) == other]
        apart = max(first) < min(second) or max(second) < min(first)
        if _are_columns(drawn, one, other) and not apart:
            yield Violation("keys", f"{one} and {other} stand side by side and are counted mixed")


RULES: dict[str, Rule] = {
    "touch": touch,
    "letters": letters,
    "spacing": spacing,
    "fits": fits,
    "inside": inside,
    "overlap": overlap,
    "contrast": contrast,
    "colour": not_by_colour,
    "reach": reach,
    "hand": hand,
    "keys": keys,
}


def ratio(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    linear = [
        part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in colour
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _ground(drawn: Drawn, text: DrawnText) -> Colour:
    """Return the most frequent colour in the text's box: there is more ground than ink."""
    rect, surface = text.rect, drawn.surface
    pixels = memoryview(surface.get_view("0")).cast("I")
    across = surface.get_width()
    right, bottom = min(rect.right, across) - 1, min(rect.bottom, surface.get_height()) - 1
    columns = [max(0, rect.x + (right - rect.x) * step // 11) for step in range(12)]
    lines = [max(0, rect.y + (bottom - rect.y) * step // 5) for step in range(6)]
    seen = Counter(pixels[y * across + x] for x in columns for y in lines)
    seen.pop(surface.map_rgb(text.colour), None)
    most = max(seen, key=lambda colour: seen[colour], default=None)
    return text.colour if most is None else tuple(surface.unmap_rgb(most))[:3]  # type: ignore[return-value]


def _signs(drawn: Drawn, rect: Rect) -> int:
    return sum(rect.contains(*icon.centre) for icon in drawn.canvas.icons)


def _choices(drawn: Drawn) -> dict[str, Rect]:
    """Return the controls that are counted: neither frame, nor digits, nor # and *."""
    canvas = drawn.canvas
    apart = {*FRAME_BUTTONS, *canvas.digits.values()}
    return {
        button: canvas.buttons[button]
        for button, number in canvas.numbers.items()
        if button not in apart and number.isdigit()
    }


def _kind(button: str) -> str:
    return button.split("-", maxsplit=1)[0]


def _are_columns(drawn: Drawn, one: str, other: str) -> bool:
    """Tell whether the controls of one kind, several, stand left or right of all of the other."""
    kinds = [
        [rect for button, rect in _choices(drawn).items() if _kind(button) == kind]
        for kind in (one, other)
    ]
    if one == other or min(map(len, kinds)) < COLUMN_MIN:
        return False
    a, b = map(_room_of, kinds)
    level = a.y < b.bottom and b.y < a.bottom
    return level and (a.right <= b.x or b.right <= a.x)


def _room_of(rects: list[Rect]) -> Rect:
    """Return what they cover together."""
    x, y = min(rect.x for rect in rects), min(rect.y for rect in rects)
    right, bottom = max(rect.right for rect in rects), max(rect.bottom for rect in rects)
    return Rect(x, y, right - x, bottom - y)


def _ink(text: DrawnText) -> Rect:
    """Return where the letters are: less the air above and below its lines, and beside one line."""
    air = max(0, text.line_height - text.size) // 2
    return Rect(text.rect.x, text.rect.y + air, text.rect.w, max(0, text.rect.h - 2 * air))


def _cross(a: Rect, b: Rect) -> bool:
    return (
        a.x + GRACE < b.right
        and b.x + GRACE < a.right
        and a.y + GRACE < b.bottom
        and b.y + GRACE < a.bottom
    )
