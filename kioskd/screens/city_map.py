"""A plain map of the city: roads, rivers, what everybody knows, and the outlets by number."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from kioskd.domain.region_info import CityMap, GridPoint, LineKind
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.layout import Rect
from kioskd.screens.theme import Colour, Type

Pixel = tuple[int, int]
LAND: Colour = (0xEE, 0xF1, 0xEA)
WIDTHS = {LineKind.RIVER: 18, LineKind.RAIL: 4, LineKind.ROAD: 11}
"""In reference pixels."""
COLOURS: dict[LineKind, Colour] = {
    LineKind.RIVER: (0xB8, 0xD6, 0xEE),
    LineKind.RAIL: (0x8A, 0x93, 0x9E),
    LineKind.ROAD: (0xFF, 0xFF, 0xFF),
}
LANDMARK: Colour = (0x9A, 0xA8, 0x8C)
RADIUS = 19
"""Of a pin, in reference pixels."""


@dataclass(frozen=True, slots=True)
class Pin:
    """An outlet on the map; ``number`` is empty for one that is not in the list."""

    number: str
    at: GridPoint
    here: bool = False
    """Where this kiosk stands."""


def draw_map(canvas: Canvas, rect: Rect, city: CityMap, pins: Sequence[Pin]) -> None:
    """Draw the map as large as fits in ``rect``, and the pins over it; the own place on top."""
    view = _View(canvas, rect, city)
    canvas.rounded(rect, canvas.px(16), t.LINE)
    canvas.fill(view.area, LAND)
    with canvas.clipped(view.area):
        for kind in (LineKind.RIVER, LineKind.RAIL, LineKind.ROAD):
            for line in city.lines:
                if line.kind is kind:
                    points = [view.place(point) for point in line.points]
                    canvas.polyline(points, canvas.px(WIDTHS[kind]), COLOURS[kind])
    taken = [_around(view.place(pin.at), canvas.px(22)) for pin in pins]
    taken += [_here_label(canvas, view, pin) for pin in pins if pin.here]
    taken += [_around(view.place(landmark.at), canvas.px(9)) for landmark in city.landmarks]
    for landmark in city.landmarks:
        _draw_landmark(canvas, view, landmark.name.in_language(canvas.language), landmark.at, taken)
    for line in city.lines:
        points = [view.place(point) for point in line.points]
        middle = len(points) // 2
        at = [points[middle], *_between(points), *points]
        _draw_name(canvas, view, line.name.in_language(canvas.language), at, taken)
    for pin in sorted(pins, key=lambda pin: pin.here):
        _draw_pin(canvas, view, pin)


class _View:
    """From points of the map to pixels: the whole map, its proportions kept."""

    def __init__(self, canvas: Canvas, rect: Rect, city: CityMap) -> None:
        inner = rect.inset(canvas.px(3))
        scale = min(inner.w / city.width, inner.h / city.height)
        self._scale = scale
        self._map = inner.centred(round(city.width * scale), round(city.height * scale))
        self.area = inner

    def place(self, point: GridPoint) -> Pixel:
        return (
            self._map.x + round(point.x * self._scale),
            self._map.y + round(point.y * self._scale),
        )


def _around(at: Pixel, half: int) -> Rect:
    return Rect(at[0] - half, at[1] - half, 2 * half, 2 * half)


def _draw_landmark(
    canvas: Canvas, view: _View, name: str, at: GridPoint, taken: list[Rect]
) -> None:
    x, y = view.place(at)
    side = canvas.px(14)
    canvas.fill(Rect(x - side // 2, y - side // 2, side, side), LANDMARK)
    air = canvas.px(8) + canvas.line_height(Type.NOTE) // 2
    _draw_name(canvas, view, name, [(x, y - air - 2), (x, y + air + 2)], taken)


def _between(points: Sequence[Pixel]) -> list[Pixel]:
    """Return the middles of the parts of a line."""
    return [((a[0] + b[0]) // 2, (a[1] + b[1]) // 2) for a, b in pairwise(points)]


def _draw_name(
    canvas: Canvas, view: _View, name: str, places: Sequence[Pixel], taken: list[Rect]
) -> None:
    """Write a name at the first place where it covers nothing; one without room is left out."""
    width, high = canvas.text_width(name, Type.NOTE) + 4, canvas.line_height(Type.NOTE)
    for x, y in places:
        for dx in (0, width * 2 // 3, -width * 2 // 3):
            box = Rect(x - width // 2 + dx, y - high // 2, width, high)
            if view.area.encloses(box) and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                canvas.text(box, name, Type.NOTE, t.SECOND_INK, "centre", "middle")
                return


def _overlap(a: Rect, b: Rect) -> bool:
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom


def _draw_pin(canvas: Canvas, view: _View, pin: Pin) -> None:
    x, y = view.place(pin.at)
    radius = canvas.px(RADIUS)
    canvas.ring((x, y), radius, t.SURFACE, t.STOP if pin.here else t.BLUE, canvas.px(3))
    if pin.number:
        box = Rect(x - radius, y - radius, 2 * radius, 2 * radius)
        canvas.text(box, pin.number, Type.NOTE_STRONG, t.SURFACE, "centre", "middle")
    if pin.here:
        label = _here_label(canvas, view, pin)
        canvas.rounded(label, canvas.px(8), t.STOP)
        said = canvas.words("outlets.here")
        canvas.text(label, said, Type.NOTE_STRONG, t.SURFACE, "centre", "middle")


def _here_label(canvas: Canvas, view: _View, pin: Pin) -> Rect:
    """Return where it is said that she stands here: below the pin, inside the map."""
    x, y = view.place(pin.at)
    width = canvas.text_width(canvas.words("outlets.here"), Type.NOTE_STRONG) + canvas.px(24)
    high = canvas.line_height(Type.NOTE_STRONG) + canvas.px(4)
    air = canvas.px(RADIUS + 4)
    left = min(max(x - width // 2, view.area.x), view.area.right - width)
    top = y + air if y + air + high <= view.area.bottom else y - air - high
    return Rect(left, top, width, high)
