"""Stories of a technician: let in or not by the centre's word, and what she finds."""

import json
from typing import Any

import trio

from kiosk_bench import faults
from kiosk_bench.config_file import LAMP_PINS
from kiosk_bench.programs import Order
from kiosk_bench.stories.story import Expected, Story, until
from kiosk_bench.trust import KIOSK_ID
from kiosk_bench.world import World

WRONG = "0000000000"


async def finds_a_dead_part(world: World) -> str:
    """The slip printer has no paper: one wrong answer, the right one, each part, the sheet."""
    await faults.begin(world, "receipt.paper_out")
    await world.console.screen("welcome")
    await world.console.call()
    await _type(world, WRONG)
    await _type(world, await _answer(world))
    await _try(world, "card_reader", "read_card")
    await world.console.screen("technician-do")
    await world.card.insert(world.people.zhang.persona())
    await until(lambda: _asks_for_the_card(world), "the card to be read")
    await world.card.pull()
    await _passed(world, "card_reader", "read_card")
    await _try(world, "pin_pad", "ask_pin_pad")
    await _passed(world, "pin_pad", "ask_pin_pad")
    await _try(world, "pin_pad", "show_on_pin_pad")
    await world.console.tap("technician-ask", "yes")
    await _passed(world, "pin_pad", "show_on_pin_pad")
    await _try(world, "lamps", "light_lamps")
    for slot in sorted(LAMP_PINS):
        await _lit(world, slot)
        await world.console.tap("technician-ask", "yes")
    await _passed(world, "lamps", "light_lamps")
    await _try(world, "receipt_printer", "print_slip")
    await _passed(world, "receipt_printer", "print_slip", "fail")
    await _take_sheet(world)
    await world.console.tap("technician-parts", "end")
    await world.console.screen("welcome")
    faults.end(world, "receipt.paper_out")
    (sheet,) = await _sheets(world)
    return f"{sheet['result']} by {sheet['technician']}; {await _events(world, 2)}"


async def guesses(world: World) -> str:
    """Somebody who has heard of the clock, and types what he likes: three times, and no more."""
    await world.console.screen("welcome")
    await world.console.call()
    for _ in range(3):
        await _type(world, WRONG)
    await world.console.tap("problem", "ok")
    await world.console.screen("welcome")
    await world.console.call()
    await world.console.tap("problem", "ok")
    await world.console.screen("welcome")
    return await _events(world, 1)


async def from_the_command_line(world: World) -> str:
    """Refused while the kiosk runs; with it stopped all is tried, and a silent PIN pad is found."""
    await world.console.screen("welcome")
    refused, _ = await _selftest(world)
    await world.kiosk.stop()
    well, found = await _selftest(world, "--sheet", "li", "--language", "zh_CN")
    parts = {one["part"]: one["result"] for one in found["parts"]}
    await faults.begin(world, "pinpad.silent")
    dead, found = await _selftest(world)
    faults.end(world, "pinpad.silent")
    codes = {one["part"]: one["code"] for one in found["parts"] if one["code"]}
    await world.start_kiosk()
    (sheet,) = await _sheets(world)
    results = f"{parts['pin_pad']}, {parts['central']}, sheet {sheet['result']}"
    return f"{refused} {well} {dead}; {results}; {' '.join(codes)}"


async def _selftest(world: World, *more: str) -> tuple[int, dict[str, Any]]:
    """Run the command as the kiosk's program is run; return its exit code and what it found."""
    words = ["selftest", "--json", "--config", str(world.kiosk.config), *more]
    output = world.folder / "selftest.out"
    life = await world.programs.kiosk.start(Order(words, output, world.kiosk.env))
    code = await life.wait()
    text = output.read_text(encoding="utf-8")
    output.unlink()
    begin = text.find("{\n")
    return code, dict(json.loads(text[begin:])) if begin >= 0 else {}


async def let_in(world: World) -> None:
    """Make the sign, ring the centre, type what it reads back."""
    await world.console.call()
    await world.console.screen("technician-code")
    await _type(world, await _answer(world))


async def _answer(world: World) -> str:
    """Ring the centre: read it the digits, write down what it reads back."""
    challenge = [one["challenge"] for one in _log(world, "technician.challenged")][-1]
    words = ["kiosk", "technician", KIOSK_ID, "--db", world.centre.url]
    words += ["--trust", str(world.centre.trust.folder), "--challenge", challenge]
    told = await world.centre.call(*words, "--by", "operator", "--note", "no paper at K0123")
    return told.replace(" ", "").strip()


async def _type(world: World, digits: str) -> None:
    for digit in digits:
        await world.console.tap("technician-code", f"digit-{digit}")
    await world.console.tap("technician-code", "ok")


async def _try(world: World, part: str, deed: str) -> None:
    """From the list to a part, turning pages until it is there, and do one thing with it."""
    console, button = world.console, f"part-{part}"
    shown = await console.screen("technician-parts")
    while button not in shown.buttons:
        turn = "page-next" if "page-next" in shown.buttons else "page-prev"
        shown = await console.next_after(await console.tap("technician-parts", turn))
    await console.tap("technician-parts", button)
    await console.tap("technician-part", f"do-{deed}")


async def _passed(world: World, part: str, deed: str, result: str = "pass") -> None:
    """Wait for the result in the kiosk's log, and go back to the list."""
    await until(lambda: _tried(world, deed) == result, f"{part}: {deed}: {result}")
    await world.console.tap("technician-part", "back")


async def _lit(world: World, slot: str) -> None:
    """See the lamp: the next one is lit when its question is up."""
    with trio.fail_after(30):
        while not await world.cabinet.lamp_lit(LAMP_PINS[slot]):
            await trio.sleep(0.05)


async def _take_sheet(world: World) -> None:
    await world.console.tap("technician-parts", "sheet")
    for key in ("page-latin", "key-l", "key-i", "done"):
        await world.console.tap("enter-text", key)
    await world.console.tap("technician-sheet", "ok")


def _tried(world: World, deed: str) -> str | None:
    """Return how a deed went, None before it ended."""
    results = [one["result"] for one in _log(world, "selftest.tried") if one["deed"] == deed]
    return str(results[-1]) if results else None


def _asks_for_the_card(world: World) -> bool:
    shown = [one.screen for one in world.console.shown]
    return shown[-2:] == ["technician-do", "technician-do"]


def _log(world: World, event: str) -> list[dict[str, Any]]:
    lines = world.kiosk.log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [json.loads(line[3:]) for line in lines if f'"{event}"' in line]


async def _sheets(world: World) -> list[dict[str, Any]]:
    text = await world.centre.call("acceptance", "list", "--db", world.centre.url, "--json")
    return list(json.loads(text))


async def _events(world: World, count: int) -> str:
    """Return what the centre was told of the cabinet, once it was told so much."""
    told = world.kiosk.log.read_text

    def all_told() -> bool:
        return told(encoding="utf-8", errors="replace").count('"cabinet.event"') >= count

    await until(all_told, "the events")
    found: list[dict[str, Any]] = []
    while len(found) < count:
        words = ("kiosk", "events", "--db", world.centre.url, "--json")
        found = list(json.loads(await world.centre.call(*words)))
    return " ".join(one["kind"] for one in found)


STORIES = (
    Story(
        "technician-finds-a-dead-part",
        "A technician rings the centre, is let in, finds the printer without paper, takes a sheet.",
        finds_a_dead_part,
        Expected(
            "fail by li; technician_in technician_out",
            screens=(
                "technician-code",
                "technician-parts",
                "technician-part",
                "technician-do",
                "technician-ask",
                "enter-text",
                "technician-sheet",
                "welcome",
            ),
        ),
        a4=True,
    ),
    Story(
        "technician-is-refused",
        "Somebody guesses the centre's answer three times: refused, with a pause, and told.",
        guesses,
        Expected("technician_refused", screens=("technician-code", "problem", "welcome")),
    ),
    Story(
        "selftest-command",
        "The self-test from the command line: refused while the kiosk runs, then all is tried.",
        from_the_command_line,
        Expected("3 0 1; unknown, pass, sheet unknown; pin_pad", screens=("welcome",), receipts=1),
    ),
)
