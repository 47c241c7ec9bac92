"""The demo's hands at the terminal: each line typed is a deed."""

import sys

import trio

from kiosk_bench.console import StoryFailed
from kiosk_bench.deeds import DEEDS, BadDeed, do, fingers, glass, handling
from kiosk_bench.deeds.parameters import CITIZENS
from kiosk_bench.world import World

QUIT, HELP = "quit", "help"
SINGLE = {chapter.__name__ for chapter in (handling, glass, fingers)}
"""Where the deeds of single hands are told: the others are for stories mostly."""


def help_text(of_all: bool = False) -> str:
    """Return the deeds of single hands, or all: how each is written and what it does."""
    deeds = [deed for deed in DEEDS.values() if of_all or deed.act.__module__ in SINGLE]
    width = max(len(deed.form) for deed in deeds)
    lines = [f"  {deed.form:<{width}}  {deed.tells}" for deed in deeds]
    return "\n".join([*lines, f"Citizens: {', '.join(CITIZENS)}. All deeds: {HELP}. End: {QUIT}"])


async def obey(world: World) -> None:
    """Do what is typed, a deed a line, until ``quit``; without a terminal until it is ended."""
    print(help_text())
    print(f"The PIN of zhang's social security card is {world.people.zhang.pin}.")
    async for line in trio.wrap_file(sys.stdin):
        words = line.strip()
        if words == QUIT:
            return
        if words:
            await _do(world, words)
    await trio.sleep_forever()


async def _do(world: World, words: str) -> None:
    if words == HELP:
        print(help_text(of_all=True))
        return
    try:
        await do(world, words)
    except (BadDeed, StoryFailed) as refused:
        print(refused)
