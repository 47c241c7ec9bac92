"""Measure the stage: from a touch to the next frame, its idle work, and a browser beside it.

Touches are real events in pygame's queue, frames are what the stage has drawn and flipped; each is
compared with a bare full redraw and a bare dirty rectangle of the same surface in one run. Idle
work is compared with an empty loop of the same rate. The browser is Debian's Chromium in kiosk mode
on a virtual X display with the home screen as one static page; where Chromium or Xvfb is not
installed its rows say so (``apt-get install chromium xvfb``).
"""

import compileall
import os
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame
import trio

from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.settings import ScreenSettings
from kioskd.screens.stage import TICK_S, PygameStage
from kioskd.screens.touches import post_touch
from tests.goldens.gallery import FACTS, screens

HOME_SCREEN = Path(__file__).with_name("home_screen.py")
SIZE = (1280, 800)
MEDIAN_MAX_MS, P95_MAX_MS = 20.0, 33.0
IDLE_RATIO_MAX = 1.5
PSS_SHARE_MAX, FIRST_FRAME_SHARE_MAX = 1 / 5, 1 / 2
PAIRS = 5
"""Starts of each, in turns: one alone is noise."""
IDLE_S = 5.0
BLUE = bytes((0x84, 0x4A, 0x17))
"""The header's deep blue as the frame buffer holds it: blue, green, red."""
DISPLAY = ":97"
BROWSER_LIMIT_S = 60.0
BROWSER = (
    *("chromium", "--no-sandbox", "--kiosk", "--no-first-run", "--disable-gpu", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    *("--window-size=1280,800", "--window-position=0,0"),
)


@dataclass(frozen=True, slots=True)
class Turning(Screen[None]):
    """Draws a screen of the gallery; any touch turns to the next."""

    id = "turning"
    all: tuple[Screen[Any], ...]
    at: int = 0

    def draw(self, canvas: Canvas) -> None:
        self.all[self.at].draw(canvas)

    def tap(self, button: str) -> "Turning | Done[None]":
        if self.at + 1 == len(self.all):
            return Done(None)
        return Turning(self.all, self.at + 1)


async def touches_ms() -> list[float]:
    """Turn through every screen that has a button of its own; return each touch's milliseconds."""
    touchable = tuple(screen for _, screen in screens() if _own_button(screen) is not None)
    stage, took = PygameStage(ScreenSettings(*SIZE), FACTS), []
    async with trio.open_nursery() as nursery:
        await nursery.start(stage.run)
        nursery.start_soon(stage.show, Turning(touchable))
        for at in range(len(touchable) - 1):
            while stage.shown is None or stage.shown[0] != Turning(touchable, at):
                await stage.round_done()
            button = _own_button(touchable[at])
            assert stage.canvas is not None and button is not None
            began = time.perf_counter()
            post_touch(*stage.canvas.buttons[button].centre)
            while stage.shown[0] == Turning(touchable, at):
                await trio.lowlevel.checkpoint()
            took.append((time.perf_counter() - began) * 1000)
        nursery.cancel_scope.cancel()
    return took


_BUTTONS: dict[int, str | None] = {}


def _own_button(screen: Screen[Any]) -> str | None:
    if id(screen) not in _BUTTONS:
        from tests.goldens.gallery import Variant, draw  # noqa: PLC0415

        canvas = draw(screen, Variant("standard", "10", "zh_CN")).canvas
        frame = {"language", "elder", "aloud", "low", "left-handed", "end-visit"}
        own = [button for button in canvas.buttons if button not in frame]
        _BUTTONS[id(screen)] = own[0] if own else None
    return _BUTTONS[id(screen)]


def bare_ms(draw: Callable[[pygame.Surface], None], rounds: int = 200) -> float:
    """Return the median time of a bare drawing on the display."""
    surface, took = pygame.display.set_mode(SIZE), []
    for _ in range(rounds):
        began = time.perf_counter()
        draw(surface)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def _full(picture: pygame.Surface) -> Callable[[pygame.Surface], None]:
    def draw(surface: pygame.Surface) -> None:
        surface.fill((0xF3, 0xF6, 0xFA))
        surface.blit(picture, (0, 0))
        pygame.display.flip()

    return draw


def _dirty(picture: pygame.Surface) -> Callable[[pygame.Surface], None]:
    place = pygame.Rect(800, 600, 380, 76)

    def draw(surface: pygame.Surface) -> None:
        surface.blit(picture, place, place)
        pygame.display.update(place)

    return draw


async def _idle(stage: PygameStage | None) -> float:
    """Return this process's CPU seconds in IDLE_S with the stage up, or with an empty loop."""
    async with trio.open_nursery() as nursery:
        if stage is not None:
            await nursery.start(stage.run)
            nursery.start_soon(stage.show, dict(screens())["home-inquiry"])
            await stage.round_done()
        began, until = time.process_time(), trio.current_time() + IDLE_S
        if stage is None:
            pygame.display.init()
            while trio.current_time() < until:
                pygame.event.get()
                await trio.sleep(TICK_S)
        else:
            await trio.sleep_until(until)
        took = time.process_time() - began
        nursery.cancel_scope.cancel()
    return took


@contextmanager
def _display(folder: Path) -> Iterator[Path]:
    """Run a virtual X display; yield the file of its frame buffer."""
    words = ["Xvfb", DISPLAY, "-noreset", "-screen", "0", "1280x800x24", "-fbdir", str(folder)]
    server = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    try:
        buffer = folder / "Xvfb_screen0"
        while not (buffer.exists() and buffer.stat().st_size > SIZE[0] * SIZE[1] * 4):
            time.sleep(0.02)
        yield buffer
    finally:
        server.kill()
        server.wait()


def _shows_header(buffer: Path) -> bool:
    """Tell whether the header's blue stands where the header is."""
    data = buffer.read_bytes()
    header, colours = struct.unpack(">I", data[:4])[0], struct.unpack(">I", data[76:80])[0]
    pixels = data[header + colours * 12 :]
    return all(pixels[at : at + 3] == BLUE for at in (4 * (1280 * 4 + x) for x in (2, 640, 1270)))


def first_frame_and_pss(words: list[str], env: dict[str, str]) -> tuple[float, float]:
    """Start a program on a display of its own; return the seconds to its header, and MiB of PSS."""
    with tempfile.TemporaryDirectory() as name, _display(Path(name)) as buffer:
        began = time.perf_counter()
        program = subprocess.Popen(
            words, env=os.environ | env | {"DISPLAY": DISPLAY}, stderr=subprocess.DEVNULL
        )
        try:
            while not _shows_header(buffer):
                if time.perf_counter() - began > BROWSER_LIMIT_S:
                    sys.exit(f"{words[0]} showed nothing in {BROWSER_LIMIT_S:g} s")
                time.sleep(0.01)
            took = time.perf_counter() - began
            time.sleep(2)  # memory settles
            return took, _pss_mib(program.pid)
        finally:
            subprocess.run(["pkill", "-P", str(program.pid)], check=False)
            program.kill()
            program.wait()


def _pss_mib(pid: int) -> float:
    """Return the proportional set size of a process and all its descendants."""
    total, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii").splitlines()
            children = Path(f"/proc/{one}/task/{one}/children").read_text(encoding="ascii")
        except OSError:
            continue  # gone meanwhile
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        waiting += [int(child) for child in children.split()]
    return total / 1024


def home_page(folder: Path) -> Path:
    """Write the home screen as one static page: the same texts, boxes and colours."""
    from tests.goldens.gallery import Variant, draw  # noqa: PLC0415

    drawn = draw(dict(screens())["home-inquiry"], Variant("standard", "10", "zh_CN"))
    canvas, boxes = drawn.canvas, []
    for card in canvas.cards:
        r, look = card.rect, card.look
        boxes.append(
            f'<div style="left:{r.x}px;top:{r.y}px;width:{r.w}px;height:{r.h}px;'
            f'background:rgb{look.fill};border:2px solid rgb{look.line};border-radius:16px"></div>'
        )
    for text in canvas.drawn:
        r = text.rect
        boxes.append(
            f'<div style="left:{r.x}px;top:{r.y}px;font-size:{text.size}px;'
            f'color:rgb{text.colour};white-space:pre">{text.text}</div>'
        )
    high = canvas.theme.header_height
    page = (
        '<!doctype html><meta charset="utf-8"><style>'
        "body{margin:0;overflow:hidden;background:#f3f6fa}"
        "div{position:absolute;box-sizing:border-box}</style>"
        f'<div style="left:0;top:0;width:1280px;height:{high}px;background:#174a84"></div>'
    )
    file = folder / "home.html"
    file.write_text(page + "".join(boxes), encoding="utf-8")
    return file


def main() -> None:
    """Print the table; end with 1 where a limit is broken."""
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    rows = [*_touch_rows(), *_idle_rows(), *_browser_rows()]
    for name, value, ok in rows:
        print(f"{'ok  ' if ok else 'FAIL'} {name:52} {value}")
    sys.exit(0 if all(ok for _, _, ok in rows) else 1)


Row = tuple[str, str, bool]


def _touch_rows() -> Iterator[Row]:
    took = sorted(trio.run(touches_ms))
    median, p95 = statistics.median(took), took[len(took) * 95 // 100]
    picture = pygame.Surface(SIZE)
    full, dirty = bare_ms(_full(picture)), bare_ms(_dirty(picture))
    count = f"{len(took)} touches"
    yield (
        f"touch to frame, median (limit {MEDIAN_MAX_MS:g} ms)",
        f"{median:.1f} ms, {count}",
        (median <= MEDIAN_MAX_MS),
    )
    yield f"touch to frame, 95 % (limit {P95_MAX_MS:g} ms)", f"{p95:.1f} ms", p95 <= P95_MAX_MS
    yield "  as a bare full redraw", f"{median / full:.1f} times {full:.2f} ms", True
    yield "  as a bare dirty rectangle", f"{median / dirty:.1f} times {dirty:.3f} ms", True


def _idle_rows() -> Iterator[Row]:
    stage = PygameStage(ScreenSettings(*SIZE), FACTS, wall_clock=lambda: "10:24")
    with_stage, empty = trio.run(_idle, stage), trio.run(_idle, None)
    ratio = with_stage / empty
    value = f"{ratio:.2f} times ({with_stage / IDLE_S:.2%} and {empty / IDLE_S:.2%} of a core)"
    yield f"idle work as an empty loop's (limit {IDLE_RATIO_MAX:g})", value, ratio <= IDLE_RATIO_MAX


def _ours() -> tuple[float, float]:
    return first_frame_and_pss([sys.executable, str(HOME_SCREEN)], {"SDL_VIDEODRIVER": "x11"})


def _browsers() -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as name:
        page = home_page(Path(name))
        return first_frame_and_pss(
            [*BROWSER, f"--user-data-dir={name}/profile", f"file://{page}"], {}
        )


def _median_ratio(pairs: list[tuple[float, float]]) -> tuple[float, tuple[float, float]]:
    """Return the middle ratio of those measured side by side, and its pair."""
    pair = sorted(pairs, key=lambda both: both[0] / both[1])[len(pairs) // 2]
    return pair[0] / pair[1], pair


def _browser_rows() -> Iterator[Row]:
    missing = [name for name in ("chromium", "Xvfb") if shutil.which(name) is None]
    if missing:
        yield "beside Chromium", f"not measured: {', '.join(missing)} not installed", True
        return
    # As on an image: an interpreter told to write no byte code would compile all at every start.
    compileall.compile_dir(HOME_SCREEN.parents[1] / "kioskd", quiet=1)
    pairs = [(_ours(), _browsers()) for _ in range(PAIRS)]
    share, (our_pss, its_pss) = _median_ratio([(ours[1], its[1]) for ours, its in pairs])
    frame, (ours, its) = _median_ratio([(ours[0], its[0]) for ours, its in pairs])
    yield (
        f"memory as Chromium's (limit {PSS_SHARE_MAX:.2f})",
        f"{share:.2f}: {our_pss:.0f} and {its_pss:.0f} MiB PSS",
        share <= PSS_SHARE_MAX,
    )
    yield (
        f"first frame as Chromium's (limit {FIRST_FRAME_SHARE_MAX:g})",
        f"{frame:.2f}: {ours:.2f} and {its:.2f} s",
        frame <= FIRST_FRAME_SHARE_MAX,
    )


if __name__ == "__main__":
    main()
