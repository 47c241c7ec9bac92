"""The story of a technician who looks at everything, and takes a bundle with her telephone."""

import re

import zxingcpp
from PIL import Image

from kiosk_bench import faults
from kiosk_bench.console import Shown, StoryFailed
from kiosk_bench.stories.story import Expected, Story
from kiosk_bench.stories.technician import let_in
from kiosk_bench.world import World

PAGE = re.compile(r"KB1:[0-9A-F]{16}:(\d{3}):(\d{3}):[0-9A-F]{8}:[0-9A-Z $%*+\-./:]+")


async def looks_at_everything(world: World) -> str:
    """The slip printer has no paper: its line says so. The bundle is photographed by pages."""
    await world.console.screen("welcome")
    await faults.begin(world, "receipt.paper_out")
    await let_in(world)
    await world.console.tap("technician-parts", "doctor")
    await _open_line(world, "receipt_paper")
    await world.console.tap("technician-doctor-line", "back")
    await world.console.tap("technician-doctor", "bundle")
    pages = await _turned(world)
    await world.console.tap("technician-pages", "back")
    await world.console.tap("technician-doctor", "back")
    await world.console.tap("technician-parts", "end")
    await world.console.screen("welcome")
    faults.end(world, "receipt.paper_out")
    return "several pages" if pages > 1 else "one page"


async def _open_line(world: World, check: str) -> None:
    """Turn pages until the line is there, and read it."""
    button = f"line-{check}"
    shown = await world.console.screen("technician-doctor")
    while button not in shown.buttons:
        shown = await world.console.next_after(
            await world.console.tap("technician-doctor", "page-next")
        )
    await world.console.tap("technician-doctor", button)


async def _turned(world: World) -> int:
    """Turn the pages to the last, each read as a telephone does; return how many they are."""
    shown = await world.console.screen("technician-pages")
    number = 1
    while True:
        _read(world, shown, number)
        if "page-next" not in shown.buttons:
            return number
        shown = await world.console.next_after(
            await world.console.tap("technician-pages", "page-next")
        )
        number += 1


def _read(world: World, shown: Shown, number: int) -> None:
    """Read the code on the picture with another reader. Raises StoryFailed."""
    assert world.console.pictures is not None, "the story looks"
    file = world.console.pictures / f"{shown.serial:03d}-{shown.screen}.png"
    with Image.open(file) as picture:
        codes = zxingcpp.read_barcodes(picture.convert("RGB"))
    found = [PAGE.fullmatch(code.text) for code in codes]
    if [int(one[1]) for one in found if one] != [number]:
        raise StoryFailed(f"page {number} is not read on {file.name}")


STORIES = (
    Story(
        "technician-looks-at-everything",
        "A technician finds the missing paper by the doctor, and takes a bundle as QR codes.",
        looks_at_everything,
        Expected(
            "several pages",
            screens=(
                "technician-parts",
                "technician-doctor",
                "technician-doctor-line",
                "technician-pages",
                "welcome",
            ),
        ),
        looks=True,
    ),
)
