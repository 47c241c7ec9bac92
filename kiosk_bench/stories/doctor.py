"""The story of a technician who looks at everything, and takes a bundle with her telephone."""

import re

import zxingcpp
from PIL import Image

from kiosk_bench import faults
from kiosk_bench.console import Shown
from kiosk_bench.stories.story import Expected, Story
from kiosk_bench.stories.technician import let_in
from kiosk_bench.world import World

PAGE = re.compile(r"KB1:[0-9A-F]{16}:(\d{3}):(\d{3}):[0-9A-F]{8}:[0-9A-Z $%*+\-./:]+")


async def looks_at_everything(world: World) -> str:
    """The slip printer has no paper: its line says so. The bundle is photographed by pages."""
    await world.console.screen("welcome")
    await faults.begin(world, "printer.paper_out")
    await let_in(world)
    await world.console.tap("technician-parts", "doctor")
    await _open_line(world, "receipt_paper")
    await world.console.tap("technician-doctor-line", "back")
    await world.console.tap("technician-doctor", "bundle")
    pages = await _photographed(world)
    await world.console.tap("technician-pages", "back")
    await world.console.tap("technician-doctor", "back")
    await world.console.tap("technician-parts", "end")
    await world.console.screen("welcome")
    faults.end(world, "printer.paper_out")
    return f"{'all' if pages == list(range(1, len(pages) + 1)) else pages} pages read"


async def _open_line(world: World, check: str) -> None:
    """Turn pages until the line is there, and read it."""
    button = f"line-{check}"
    shown = await world.console.screen("technician-doctor")
    while button not in shown.buttons:
        shown = await world.console.next_after(
            await world.console.tap("technician-doctor", "page-next")
        )
    await world.console.tap("technician-doctor", button)


async def _photographed(world: World) -> list[int]:
    """Return the numbers of the pages that another reader of codes has seen, to the last."""
    shown = await world.console.screen("technician-pages")
    numbers = []
    while True:
        number, count = _page_on(world, shown)
        numbers.append(number)
        if number == count:
            return numbers
        shown = await world.console.next_after(
            await world.console.tap("technician-pages", "page-next")
        )


def _page_on(world: World, shown: Shown) -> tuple[int, int]:
    """Read the code on a picture as a telephone does."""
    assert world.console.pictures is not None, "stories keep their pictures"
    file = world.console.pictures / f"{shown.serial:03d}-{shown.screen}.png"
    with Image.open(file) as picture:
        (code,) = zxingcpp.read_barcodes(picture.convert("RGB"))
    found = PAGE.fullmatch(code.text)
    return (0, 0) if found is None else (int(found[1]), int(found[2]))


STORIES = (
    Story(
        "technician-looks-at-everything",
        "A technician finds the missing paper by the doctor, and takes a bundle as QR codes.",
        looks_at_everything,
        Expected(
            "all pages read",
            screens=(
                "technician-parts",
                "busy-diagnosing",
                "technician-doctor",
                "technician-doctor-line",
                "technician-pages",
                "welcome",
            ),
        ),
    ),
)
