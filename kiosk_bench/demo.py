"""``kiosk-bench demo``: a whole world, its page in a browser, and words on the terminal."""

import argparse
import os
import shutil
import webbrowser
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from socket import socket

import trio

from kiosk_bench.hands import obey
from kiosk_bench.programs import programs_loaded
from kiosk_bench.stories.file import BadStory, read_story
from kiosk_bench.stories.story import Story
from kiosk_bench.web.bench import Bench
from kiosk_bench.web.serve import PORT, NoPort, bench_page, listening
from kiosk_bench.world import WorldSettings, running_world

WELCOME = "The kiosk welcomes visitors."


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    demo = commands.add_parser("demo", help="a world to handle in a browser")
    demo.add_argument("--out", type=Path, default=Path("demo-out"))
    demo.add_argument("--host", default="127.0.0.1", help="who may reach the page (%(default)s)")
    demo.add_argument("--port", type=int, default=PORT, help="or the next that is free; 0: any")
    demo.add_argument("--story", type=Path, help="a story file to be played at once")
    demo.set_defaults(run=_demo)


def _demo(options: argparse.Namespace) -> int:
    try:
        story = read_story(options.story) if options.story else None
        listener = listening(options.host, options.port)
    except (BadStory, NoPort) as bad:
        print(bad)
        return 2
    shutil.rmtree(options.out, ignore_errors=True)
    try:
        trio.run(_run, options, listener, story)
    except* KeyboardInterrupt:
        print("\nThe demo has ended.")
    return 0


def has_display() -> bool:
    """Tell whether there is a screen to open windows on."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


async def _run(options: argparse.Namespace, listener: socket, story: Story | None) -> None:
    """Run the city until Ctrl-C or ``quit``; a story is played in the world that it needs."""
    print("A city, its centre, the devices and the kiosk are starting ...", flush=True)
    needed = story.settings if story else WorldSettings()
    settings = replace(needed, window=has_display(), a4=True)
    async with AsyncExitStack() as stack:
        programs = stack.enter_context(programs_loaded())
        world = await stack.enter_async_context(
            running_world(options.out, settings, programs, power=False)
        )
        bench = Bench(world)
        page = await stack.enter_async_context(bench_page(bench, options.host, listener))
        print(f"The bench is at {page}", flush=True)
        if has_display():
            await trio.to_thread.run_sync(webbrowser.open, page)
        world.nursery.start_soon(_switch_on, bench, story)
        await obey(world)


async def _switch_on(bench: Bench, story: Story | None) -> None:
    """Give the kiosk its power, as somebody at the page would; then play the story."""
    print(await bench.do("power on") or WELCOME, flush=True)
    if story is not None:
        await bench.session.play(story)
