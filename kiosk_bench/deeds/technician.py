"""Deeds of a technician: let in by the centre's word, each part tried, everything looked at."""

import json
import re
from typing import Annotated, Any

import trio
import zxingcpp
from PIL import Image

from kiosk_bench.config_file import LAMP_PINS
from kiosk_bench.console import Shown, StoryFailed
from kiosk_bench.deeds.expecting import expect_lamp_lit, same, until
from kiosk_bench.deeds.parameters import Digits, Number, Text
from kiosk_bench.deeds.registry import deed
from kiosk_bench.deeds.visits import turn_pages_to
from kiosk_bench.kinds import one_of
from kiosk_bench.programs import Order
from kiosk_bench.trust import KIOSK_ID
from kiosk_bench.world import World

PAGE = re.compile(r"KB1:[0-9A-F]{16}:(\d{3}):(\d{3}):[0-9A-F]{8}:[0-9A-Z $%*+\-./:]+")
PAGES_LEAST = 2
FOUND = "selftest.json"
Result = Annotated[str, one_of("RESULT", "pass", "fail", "unknown")]


@deed("type technician code")
async def type_technician_code(world: World, digits: Digits) -> None:
    """Type digits where the centre's answer is asked for, and OK."""
    for digit in digits:
        await world.console.tap("technician-code", f"digit-{digit}")
    await world.console.tap("technician-code", "ok")


@deed("type the answer of the centre")
async def type_the_answer_of_the_centre(world: World) -> None:
    """Ring the centre: read it the digits on the screen, type what it reads back."""
    await world.console.screen("technician-code")
    challenge = world.kiosk.events("technician.challenged")[-1]["challenge"]
    words = ["kiosk", "technician", KIOSK_ID, "--db", world.centre.url]
    words += ["--trust", str(world.centre.trust.folder), "--challenge", challenge]
    told = await world.centre.call(*words, "--by", "operator", "--note", "no paper at K0123")
    await type_technician_code(world, told.replace(" ", "").strip())


@deed("try part")
async def try_part(world: World, part: Text, what: Text) -> None:
    """From the list of parts to one of them, and do one thing with it."""
    await turn_pages_to(world, "technician-parts", f"part-{part}")
    await world.console.tap("technician-part", f"do-{what}")


@deed("expect tried")
async def expect_tried(world: World, what: Text, result: Result) -> None:
    """Something tried has ended so, by the kiosk's log; then go back to the list of parts."""

    def is_told() -> bool:
        tried = [one for one in world.kiosk.events("selftest.tried") if one["deed"] == what]
        return bool(tried) and tried[-1]["result"] == result

    await until(is_told, f"{what}: {result}")
    await world.console.tap("technician-part", "back")


@deed("let the card be read", "card-reader")
async def let_the_card_be_read(world: World) -> None:
    """Put zhang's card in when the technician is asked to, and pull it once it was read."""
    await world.console.screen("technician-do")
    before = len(world.console.shown)
    await world.card.insert(world.people.zhang.persona())
    await world.console.wait_for(
        lambda shown: shown.screen == "technician-do" and shown.serial > before,
        "the card to be read",
        60,
    )
    await world.card.pull()


@deed("see each lamp", "cabinet")
async def see_each_lamp(world: World) -> None:
    """See the lamps lit, one after the other, and say so to each question."""
    for lamp in sorted(LAMP_PINS):
        await expect_lamp_lit(world, lamp)
        await world.console.tap("technician-ask", "yes")


@deed("sign the sheet")
async def sign_the_sheet(world: World) -> None:
    """Take the sheet of what was tried, in the name of li."""
    await world.console.tap("technician-parts", "sheet")
    for key in ("page-latin", "key-l", "key-i", "done"):
        await world.console.tap("enter-text", key)
    await world.console.tap("technician-sheet", "ok")


@deed("expect sheet")
async def expect_sheet(world: World, result: Result, technician: Text) -> None:
    """The centre has one sheet, with this result, by this technician."""
    text = await world.centre.call("acceptance", "list", "--db", world.centre.url, "--json")
    found = [(one["result"], one["technician"]) for one in json.loads(text)]
    same("sheets", found, [(result, technician)])


@deed("kiosk stops", "power")
async def kiosk_stops(world: World) -> None:
    """Stop the kiosk's program in good order, as an administrator does."""
    await world.kiosk.stop()


@deed("selftest")
async def selftest(world: World, *, exits: Number, sheet: Text = "") -> None:
    """Run ``kioskd selftest``, with a sheet by a technician or without; it exits with this code."""
    words = ["selftest", "--json", "--config", str(world.kiosk.config)]
    words += ["--sheet", sheet, "--language", "zh_CN"] if sheet else []
    output = world.folder / "selftest.out"
    life = await world.programs.kiosk.start(Order(words, output, world.kiosk.env))
    code = await life.wait()
    text = output.read_text(encoding="utf-8")
    output.unlink()
    begin = text.find("{\n")
    (world.folder / FOUND).write_text(text[begin:] if begin >= 0 else "{}", encoding="utf-8")
    same("exit code", code, exits)


@deed("expect part")
async def expect_part(world: World, part: Text, result: Result) -> None:
    """The last self-test found this of a part."""
    await trio.lowlevel.checkpoint()
    same(part, {one["part"]: one["result"] for one in _parts(world)}.get(part), result)


@deed("expect parts with a code")
async def expect_parts_with_a_code(world: World, parts: Text) -> None:
    """The last self-test gives these parts, and no others, an operator code."""
    await trio.lowlevel.checkpoint()
    same("parts with a code", " ".join(one["part"] for one in _parts(world) if one["code"]), parts)


def _parts(world: World) -> list[dict[str, Any]]:
    found = json.loads((world.folder / FOUND).read_text(encoding="utf-8"))
    return list(found["parts"])


@deed("photograph the bundle")
async def photograph_the_bundle(world: World) -> None:
    """Turn the bundle's pages to the last, each read as a telephone does; there are several.

    The story must say looks: true.
    """
    shown = await world.console.screen("technician-pages")
    number = 1
    while True:
        _read_page(world, shown, number)
        if "page-next" not in shown.buttons:
            break
        shown = await world.console.next_after(
            await world.console.tap("technician-pages", "page-next")
        )
        number += 1
    same("several pages", number >= PAGES_LEAST, True)


def _read_page(world: World, shown: Shown, number: int) -> None:
    """Read the code on the picture with another reader. Raises StoryFailed."""
    if world.console.pictures is None:
        raise StoryFailed("no pictures are kept: the story must say looks: true")
    file = world.console.pictures / f"{shown.serial:03d}-{shown.screen}.png"
    with Image.open(file) as picture:
        codes = zxingcpp.read_barcodes(picture.convert("RGB"))
    found = [PAGE.fullmatch(code.text) for code in codes]
    if [int(one[1]) for one in found if one] != [number]:
        raise StoryFailed(f"page {number} is not read on {file.name}")
