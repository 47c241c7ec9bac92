"""Show the home screen and nothing else: what bench_screens measures beside a browser."""

import gc
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
gc.disable()  # as ``kioskd run`` does while it loads

import trio

from kioskd.domain.person import Assurance, Person
from kioskd.domain.secret import IdNumber, PersonName
from kioskd.domain.text import Text
from kioskd.screens.frame import FrameFacts
from kioskd.screens.home import Home, ServiceTile, Tab
from kioskd.screens.settings import ScreenSettings
from kioskd.screens.stage import PygameStage

WIDTH, HEIGHT = 1280, 800
TILES = ("insurance", "pension-account", "medical-account", "my-payments")
TITLE = Text("示例市人力资源和社会保障自助服务终端", "Example City Self-service Terminal")


def home() -> Home:
    """Return the home screen of a synthetic citizen."""
    person = Person(
        PersonName("测试甲"), IdNumber("999999199001010017"), "示例市", True, Assurance.SOCIAL_CARD
    )
    return Home(person, Tab.INQUIRY, tuple(ServiceTile(tile, Tab.INQUIRY) for tile in TILES))


async def show() -> None:
    """Run the stage with it."""
    facts = FrameFacts(TITLE, Text("门诊大厅", "Hall"), ())
    stage = PygameStage(ScreenSettings(WIDTH, HEIGHT), facts)
    async with trio.open_nursery() as nursery:
        await nursery.start(stage.run)
        await stage.show(home())


if __name__ == "__main__":
    gc.freeze()
    gc.enable()
    trio.run(show)
