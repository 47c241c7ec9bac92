"""Deeds about sealed A4 papers: asked for, printed with trouble, compared with what was told."""

from typing import Any

import trio

from kiosk_bench.console import StoryFailed
from kiosk_bench.deeds.expecting import same, until, until_told
from kiosk_bench.deeds.parameters import Number, Words
from kiosk_bench.deeds.registry import deed
from kiosk_bench.deeds.visits import end_visit, open_service
from kiosk_bench.devices.a4_printer import A4PrinterPeer
from kiosk_bench.world import World

LIMIT_S = 60.0


def a4_of(world: World) -> A4PrinterPeer:
    """Return the A4 printer. Raises StoryFailed where the world has none."""
    if world.a4 is None:
        raise StoryFailed("the world has no A4 printer")
    return world.a4


@deed("ask for rights record", "a4")
async def ask_for_rights_record(world: World) -> None:
    """At home: ask for the rights record of all years but the last, and print it."""
    await open_service(world, "handling", "print-rights-record")
    shown = await world.console.screen("choose-years")
    for year in sorted(name for name in shown.buttons if name.startswith("year-"))[:-1]:
        await world.console.tap("choose-years", year)
    await world.console.tap("choose-years", "print")


@deed("end printing", "a4", "card-reader")
async def end_printing(world: World) -> None:
    """See the result of a print, end the visit, take the card."""
    shown = await world.console.screen("document-printed", within_s=LIMIT_S)
    if "end" in shown.buttons:
        await end_visit(world, "document-printed")
    else:
        await world.console.tap("document-printed", "home")
        await end_visit(world, "home")


@deed("expect document prints", "a4")
async def expect_document_prints(world: World, told: Words) -> None:
    """The centre was told of these prints, in order: yes, no or unknown, with the fault's code.

    The pages that it was told of are those that lie in the tray.
    """

    async def prints() -> list[str]:
        return [f"{one['printed']} {one['fault']}".strip() for one in await _prints(world)]

    await until_told(prints, told, "prints the centre was told of", LIMIT_S)
    reported = sum(one["pages_done"] for one in await _prints(world))
    same("pages in the tray", len(a4_of(world).sheets()), reported)


async def _prints(world: World) -> list[dict[str, Any]]:
    return [one for document in await world.centre.documents() for one in document["prints"]]


@deed("expect documents", "a4")
async def expect_documents(world: World, count: Number) -> None:
    """The centre has sealed so many papers."""
    same("sealed papers", len(await world.centre.documents()), count)


@deed("expect pages", "a4")
async def expect_pages(world: World, count: Number) -> None:
    """So many pages lie in the tray."""
    await until(lambda: len(a4_of(world).sheets()) == count, f"{count} pages", LIMIT_S)


@deed("expect every page once a print", "a4")
async def expect_every_page_once_a_print(world: World) -> None:
    """The tray holds each page of each paper as often as that was printed, and no other."""
    documents = await world.centre.documents()
    wanted = sum(document["pages"] * len(document["prints"]) for document in documents)
    same("pages in the tray", len(a4_of(world).sheets()), wanted)


@deed("expect all pages alike", "a4")
async def expect_all_pages_alike(world: World) -> None:
    """All pages in the tray are the very same, to the last dot."""
    await trio.lowlevel.checkpoint()
    pages = {sheet.read_bytes() for sheet in a4_of(world).sheets()}
    same("different pages", len(pages), 1)


@deed("expect printer stands", "a4")
async def expect_printer_stands(world: World) -> None:
    """The A4 printer stands still in the middle of a job."""
    jobs = a4_of(world).jobs
    await until(lambda: bool(jobs) and jobs[-1].waits, "the printer to stand still")


@deed("expect printer off", "a4")
async def expect_printer_off(world: World) -> None:
    """The A4 printer has lost its power."""
    await until(lambda: not a4_of(world).printer.is_on, "the printer to lose its power")
