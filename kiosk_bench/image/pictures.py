"""What a screen looks like: pictures the kiosk has drawn before, and which of them is up.

The reference pictures come from the same story played on the bench, where the kiosk's own console
says what each of them is and where its buttons are. On the emulated machine there are only pixels:
the picture that differs in the fewest places tells what is up.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops

Box = tuple[int, int, int, int]
"""Left, top, width, height in pixels."""
Size = tuple[int, int]
SMALLER = 2
DIFFERS = 40
"""Of 255: more than smoothing makes of a letter, less than ink on paper."""
INK = 128
SHEET = (160, 160)
SAME_LABEL = 0.0004
"""The part of a label's sheet in which a digit may differ from itself."""
SAME_SCREEN = 0.04
"""The part of all places that a clock, a countdown or shuffled digits may change."""
INDEX = "index.json"


def small(image: Image.Image) -> Image.Image:
    """Return the picture in grey and half its size: quick to compare, blind to smoothing."""
    return image.convert("L").reduce(SMALLER)


def middle(image: Image.Image) -> Image.Image:
    """Return a picture without header and footer: no clock runs in what is left."""
    edge = image.height // 10
    return image.crop((0, edge, image.width, image.height - edge))


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return the part of the places in which two small pictures differ, 0 to 1."""
    if one.size != other.size:
        return 1.0
    counts = ImageChops.difference(one, other).histogram()
    return sum(counts[DIFFERS:]) / (one.width * one.height)


@dataclass(frozen=True, slots=True)
class Known:
    """A picture of which the kiosk has said what it is."""

    screen: str
    language: str
    buttons: dict[str, Box]
    image: Image.Image
    """Small."""
    whole: Image.Image
    """In grey, in full size."""


class Pictures:
    """All reference pictures of one panel."""

    def __init__(self, known: list[Known]) -> None:
        self.known = known

    @classmethod
    def load(cls, folder: Path) -> "Pictures":
        """Read what ``save`` wrote."""
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        return cls([_known(folder, one) for one in index])

    def nearest(self, image: Image.Image) -> tuple[Known, float]:
        """Return the picture that differs least from a small one, and in how much of it."""
        judged = ((difference(one.image, image), at) for at, one in enumerate(self.known))
        least, at = min(judged)
        return self.known[at], least

    def recognise(self, image: Image.Image) -> Known | None:
        """Return what is up on a small picture; None while it is none of the known ones."""
        known, unlike = self.nearest(image)
        return known if unlike <= SAME_SCREEN else None


def save(folder: Path, shown: list[tuple[Path, str, str, dict[str, Box]]]) -> None:
    """Keep an index of pictures: file, screen, language, buttons."""
    index = [
        {"file": file.name, "screen": screen, "language": language, "buttons": buttons}
        for file, screen, language, buttons in shown
    ]
    (folder / INDEX).write_text(json.dumps(index, indent=1), encoding="utf-8")


def _known(folder: Path, one: dict[str, object]) -> Known:
    boxes = one["buttons"]
    assert isinstance(boxes, dict)
    with Image.open(folder / str(one["file"])) as image:
        whole = image.convert("L")
    return Known(
        str(one["screen"]),
        str(one["language"]),
        {name: (box[0], box[1], box[2], box[3]) for name, box in boxes.items()},
        small(whole),
        whole,
    )


def arranged(known: Known, image: Image.Image, prefix: str) -> dict[str, Box]:
    """Return where each button of that prefix is now, if only their places are shuffled.

    The label at each place is compared with each button's; the pairs that differ least win. Empty
    where a place shows no label that is known: the picture is still on its way.
    """
    names = [name for name in known.buttons if name.startswith(prefix)]
    grey = image.convert("L")
    labels = {name: _label(known.whole, known.buttons[name]) for name in names}
    places = {name: _label(grey, known.buttons[name]) for name in names}
    pairs = sorted(
        (difference(labels[name], places[place]), name, place) for name in names for place in names
    )
    found: dict[str, str] = {}
    for unlike, name, place in pairs:
        if name not in found and place not in found.values():
            if unlike > SAME_LABEL:
                return {}
            found[name] = place
    return {name: known.buttons[place] for name, place in found.items()}


def _label(image: Image.Image, box: Box) -> Image.Image:
    """Cut a button's label out, and lay it in the middle of a sheet: a pixel aside is no matter."""
    left, top, width, height = box
    dx, dy = width // 8, height // 8
    face = image.crop((left + dx, top + dy, left + width - dx, top + height - dy))
    ink = face.point(lambda value: 255 * (value < INK))
    sheet = Image.new("L", SHEET)
    if around := ink.getbbox():
        cut = ink.crop(around)
        sheet.paste(cut, ((SHEET[0] - cut.width) // 2, (SHEET[1] - cut.height) // 2))
    return sheet
