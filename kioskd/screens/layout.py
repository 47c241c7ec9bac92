"""Rectangle and line arithmetic for screens. Pure: whole pixels in, whole pixels out.

Line breaking follows the usual Chinese rules (GB/T 15834 5.1: no closing mark begins a line, no
opening mark ends one); Latin words and figures are kept whole.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass

NEVER_FIRST = frozenset("。，、；：？！）」』》】〕”’％…,.;:?!)]}%／/·")
NEVER_LAST = frozenset("（「『《【〔“‘([{")


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in panel pixels; ``x``, ``y`` are the left top corner."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        return self.x + self.w

    @property
    def bottom(self) -> int:
        return self.y + self.h

    @property
    def centre(self) -> tuple[int, int]:
        return self.x + self.w // 2, self.y + self.h // 2

    def contains(self, x: int, y: int) -> bool:
        """Tell whether the pixel lies inside."""
        return self.x <= x < self.right and self.y <= y < self.bottom

    def encloses(self, other: "Rect") -> bool:
        """Tell whether ``other`` lies wholly inside."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def inset(self, dx: int, dy: int | None = None) -> "Rect":
        """Return the rectangle less ``dx`` at left and right, ``dy`` (or dx) above and below."""
        dy = dx if dy is None else dy
        return Rect(self.x + dx, self.y + dy, max(0, self.w - 2 * dx), max(0, self.h - 2 * dy))

    def moved(self, dx: int, dy: int) -> "Rect":
        """Return the same rectangle elsewhere."""
        return Rect(self.x + dx, self.y + dy, self.w, self.h)

    def cut_top(self, h: int, gap: int = 0) -> tuple["Rect", "Rect"]:
        """Return the upper ``h`` pixels, and what is left below a gap."""
        rest = h + gap
        return Rect(self.x, self.y, self.w, h), Rect(self.x, self.y + rest, self.w, self.h - rest)

    def cut_bottom(self, h: int, gap: int = 0) -> tuple["Rect", "Rect"]:
        """Return what is left above a gap, and the lower ``h`` pixels."""
        above = Rect(self.x, self.y, self.w, self.h - h - gap)
        return above, Rect(self.x, self.bottom - h, self.w, h)

    def cut_left(self, w: int, gap: int = 0) -> tuple["Rect", "Rect"]:
        """Return the left ``w`` pixels, and what is right of a gap."""
        rest = w + gap
        return Rect(self.x, self.y, w, self.h), Rect(self.x + rest, self.y, self.w - rest, self.h)

    def cut_right(self, w: int, gap: int = 0) -> tuple["Rect", "Rect"]:
        """Return what is left of a gap, and the right ``w`` pixels."""
        rest = Rect(self.x, self.y, self.w - w - gap, self.h)
        return rest, Rect(self.right - w, self.y, w, self.h)

    def centred(self, w: int, h: int) -> "Rect":
        """Return a rectangle of that size in the middle of this one."""
        return Rect(self.x + (self.w - w) // 2, self.y + (self.h - h) // 2, w, h)


def shares(total: int, weights: Iterable[float], gap: int = 0) -> list[tuple[int, int]]:
    """Divide ``total`` pixels by weight with gaps between: (start, length) of each, exactly."""
    weights = list(weights)
    room = total - gap * (len(weights) - 1)
    whole, run, parts = sum(weights), 0.0, []
    for index, weight in enumerate(weights):
        start = round(room * run / whole)
        run += weight
        parts.append((start + gap * index, round(room * run / whole) - start))
    return parts


def columns(rect: Rect, weights: Iterable[float], gap: int = 0) -> list[Rect]:
    """Cut ``rect`` into columns by weight."""
    return [Rect(rect.x + at, rect.y, w, rect.h) for at, w in shares(rect.w, weights, gap)]


def rows(rect: Rect, weights: Iterable[float], gap: int = 0) -> list[Rect]:
    """Cut ``rect`` into rows by weight."""
    return [Rect(rect.x, rect.y + at, rect.w, h) for at, h in shares(rect.h, weights, gap)]


def grid(rect: Rect, across: int, down: int, gap: int = 0) -> list[Rect]:
    """Cut ``rect`` into equal cells, row by row."""
    return [cell for row in rows(rect, [1] * down, gap) for cell in columns(row, [1] * across, gap)]


def stack(rect: Rect, heights: Iterable[int], gap: int = 0) -> list[Rect]:
    """Return rows of the given heights from the top of ``rect`` downwards."""
    result, y = [], rect.y
    for height in heights:
        result.append(Rect(rect.x, y, rect.w, height))
        y += height + gap
    return result


def pieces(text: str) -> list[str]:
    """Cut a paragraph where a line may end. Joined together they are the text again."""
    result: list[str] = []
    for character in text:
        if result and _stays_with(result[-1], character):
            result[-1] += character
        else:
            result.append(character)
    return result


def _stays_with(piece: str, character: str) -> bool:
    last = piece[-1]
    if character == " " or character in NEVER_FIRST or last in NEVER_LAST:
        return True
    return last != " " and not _is_wide(last) and not _is_wide(character)


def _is_wide(character: str) -> bool:
    return ord(character) >= 0x2E80


FIRST_GUESS = 16
"""So many pieces of a text are on most lines."""


def wrap(text: str, width: int, width_of: Callable[[str], int]) -> list[str]:
    """Break ``text`` into lines of at most ``width`` pixels; a line feed always breaks.

    A single piece that is wider than the line is cut between characters rather than lost.
    """
    return [line for paragraph in text.split("\n") for line in _wrap(paragraph, width, width_of)]


def _wrap(paragraph: str, width: int, width_of: Callable[[str], int]) -> list[str]:
    rest, lines = pieces(paragraph), []

    def fits(count: int) -> bool:
        return width_of("".join(rest[:count]).rstrip()) <= width

    while rest:
        # Measuring is what costs: doubling and halving the guess measures a line a few times, and
        # never a whole paragraph.
        most = FIRST_GUESS
        while most < len(rest) and fits(most):
            most *= 2
        counts = range(1, min(most, len(rest)) + 1)
        fitting = bisect_left(counts, True, key=lambda count: not fits(count))
        if fitting:
            lines.append("".join(rest[:fitting]).rstrip())
            rest = rest[fitting:]
            continue
        head = _longest_head(rest[0], width, width_of)
        lines.append(rest[0][:head])
        rest[:1] = [rest[0][head:]] if rest[0][head:] else []
    return lines or [""]


def _longest_head(text: str, width: int, width_of: Callable[[str], int]) -> int:
    for length in range(len(text) - 1, 1, -1):
        if width_of(text[:length]) <= width:
            return length
    return 1


def fit_size(sizes: Iterable[int], fits: Callable[[int], bool]) -> tuple[int, bool]:
    """Return the first size that fits and True, or the last size and False."""
    size = 0
    for size in sizes:
        if fits(size):
            return size, True
    return size, False
