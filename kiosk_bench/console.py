"""The finger and the eyes of a story: what the kiosk shows, and taps on its real screen.

Speaks to the kiosk's screen console (docs/decisions/0006): one JSON object a line. Every picture
the kiosk shows is kept, numbered, in the order shown; without a folder for them it sends none.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import trio

LINE_MAX = 32 * 1024 * 1024
CONNECT_INTERVAL_S = 0.05
PATIENCE_S = 60.0
"""How long a story waits for a picture or an answer: on a busy machine a kiosk may stand still."""
MOVE_ON_S = 0.5


class Book(Protocol):
    """Whoever wants to know what is touched and pressed."""

    def touch(self, button: str) -> None: ...
    def key(self, key: str) -> None: ...
    def point(self, x: int, y: int) -> None: ...


class StoryFailed(Exception):
    """The story did not go as written; the text says what was waited for and what was there."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture the kiosk has shown."""

    serial: int
    screen: str
    language: str
    buttons: dict[str, tuple[int, int, int, int]]
    numbers: dict[str, str]
    """What the pad presses for each button; empty until the first key of a visit."""
    picture: int
    """The kiosk's own number of it."""


class Console:
    """Reads what is shown and taps. ``run`` must be running in a nursery."""

    def __init__(self, socket_path: Path, pictures: Path | None, by_keys: bool = False) -> None:
        self.socket_path = socket_path
        self.pictures = pictures
        self.by_keys = by_keys
        """Whether ``tap`` presses the pad's keys instead of touching."""
        self.touches = self.keys = 0
        """How often the glass was touched, and a key pressed."""
        self.book: Book | None = None
        self.shown: list[Shown] = []
        self.picture = b""
        """The newest picture of the kiosk that is there, as PNG."""
        self._stream: trio.SocketStream | None = None
        self._has_spoken = False
        self._changed = trio.Event()
        self._answered, self._answers = trio.open_memory_channel[bool](100)
        if pictures is not None:
            pictures.mkdir(parents=True, exist_ok=True)

    @property
    def is_there(self) -> bool:
        """Whether what was shown last is still up: its kiosk is there, and has said so.

        A connection alone proves nothing: a tunnel answers while its other end is away.
        """
        return self._stream is not None and self._has_spoken

    @property
    def now(self) -> Shown | None:
        """Return what is on the screen now."""
        return self.shown[-1] if self.shown else None

    async def run(self) -> None:
        """Connect as often as the kiosk starts, and keep every picture."""
        while True:
            try:
                stream = await trio.open_unix_socket(str(self.socket_path))
            except OSError:
                await trio.sleep(CONNECT_INTERVAL_S)
                continue
            self._stream, self.picture = stream, b""
            self._answered, self._answers = trio.open_memory_channel[bool](100)
            try:
                if self.pictures is None:
                    await self._send({"pictures": False})
                await self._read(stream)
            except trio.BrokenResourceError:
                pass  # the kiosk was killed; the story may start it again
            finally:
                self._stream, self._has_spoken = None, False
                self._answered.close()
                self.announce()
                await trio.aclose_forcefully(stream)
            await trio.sleep(CONNECT_INTERVAL_S)

    async def _read(self, stream: trio.SocketStream) -> None:
        buffer = bytearray()
        async for data in stream:
            buffer += data
            while (end := buffer.find(b"\n")) >= 0:
                self._take(json.loads(buffer[:end]))
                del buffer[: end + 1]
            if len(buffer) > LINE_MAX:
                raise StoryFailed("the console sent a line without an end")

    def _take(self, message: dict[str, object]) -> None:
        if "error" in message or "tapped" in message or "pressed" in message:
            self._answered.send_nowait("error" not in message)
        if "serial" in message:
            self._keep(message)
        self.announce()

    def announce(self) -> None:
        """Wake whoever waits for something new."""
        changed, self._changed = self._changed, trio.Event()
        changed.set()

    async def changed(self) -> None:
        """Return at the next announcement."""
        await self._changed.wait()

    def _keep(self, message: dict[str, object]) -> None:
        buttons = {key: tuple(box) for key, box in message["buttons"].items()}  # type: ignore[attr-defined]
        shown = Shown(
            len(self.shown) + 1,
            str(message["screen"]),
            str(message["language"]),
            buttons,
            dict(message["numbers"]),  # type: ignore[call-overload]
            int(str(message["serial"])),
        )
        self.shown.append(shown)
        self._has_spoken = True
        if self.pictures is not None:
            self.picture = base64.b64decode(str(message["picture"]))
            file = self.pictures / f"{shown.serial:03d}-{shown.screen}.png"
            file.write_bytes(self.picture)

    async def wait_for(self, what: Callable[[Shown], bool], words: str, within_s: float) -> Shown:
        """Wait until what is shown fits. Raises StoryFailed with both sides' words."""
        with trio.move_on_after(within_s):
            while True:
                if self.now is not None and self.is_there and what(self.now):
                    return self.now
                await self._changed.wait()
        raise StoryFailed(f"waited {within_s:g} s for {words}; on the screen: {self._words()}")

    def _words(self) -> str:
        if self.now is None:
            return "nothing"
        return f"{self.now.screen} with {', '.join(sorted(self.now.buttons)) or 'no button'}"

    async def next_after(self, before: Shown, within_s: float = PATIENCE_S) -> Shown:
        """Wait for the picture that follows ``before``."""
        return await self.wait_for(
            lambda shown: shown.serial > before.serial, "another picture", within_s
        )

    async def screen(self, *ids: str, within_s: float = PATIENCE_S) -> Shown:
        """Wait for one of these screens."""
        return await self.wait_for(lambda shown: shown.screen in ids, " or ".join(ids), within_s)

    async def tap(self, screen: str, button: str, within_s: float = PATIENCE_S) -> Shown:
        """Wait for the button on that screen and touch it, or press its keys.

        A screen that just goes is let go. Returns the picture on which it was done.
        """
        with trio.move_on_after(within_s):
            while True:
                shown = await self.wait_for(
                    lambda shown: shown.screen == screen and button in shown.buttons,
                    f"button {button} on {screen}",
                    within_s,
                )
                if self.by_keys and await self._keyed(shown, button):
                    return shown
                if not self.by_keys and await self._touched(screen, button):
                    return shown
                await self._moved_on(shown)
        raise StoryFailed(f"{screen} did not take a touch on {button}; {self._words()}")

    async def _touched(self, screen: str, button: str) -> bool:
        """Touch; return whether the kiosk says that this screen and button were up."""
        self._note_touch(button)
        await self._send({"screen": screen, "tap": button})
        return await self._answer()

    async def _keyed(self, shown: Shown, button: str) -> bool:
        """Press what the picture says for the button, if it is still up.

        The first key of a visit only shows the numbers; star erases before it leads back.
        """
        if not shown.numbers or button not in shown.numbers:
            await self.key("*" if shown.numbers else "0", shown)
            return False
        for digit in shown.numbers[button]:
            if not await self.key(digit, shown):
                return False
        return True

    async def key(self, key: str, shown: Shown) -> bool:
        """Press a key of the pad; return whether the kiosk says that this picture was up."""
        self._note_key(key)
        await self._send({"key": key, "serial": shown.picture})
        return await self._answer()

    async def point(self, x: int, y: int) -> None:
        """Touch the glass at a pixel, whatever is there."""
        self.touches += 1
        if self.book is not None:
            self.book.point(x, y)
        await self._send({"point": [x, y]})
        await self._answer()

    async def call(self) -> None:
        """Make the technicians' sign: stay on the clock, or press its keys."""
        if self.by_keys:
            for key in "*#*#":
                await self.blind_key(key)
            return
        self._note_touch("clock")
        await self._send({"call": True})
        await self._answer()

    async def blind_key(self, key: str) -> None:
        """Press a key without knowing what is on the screen."""
        self._note_key(key)
        await self._send({"key": key})
        await self._answer()

    def _note_touch(self, button: str) -> None:
        self.touches += 1
        if self.book is not None:
            self.book.touch(button)

    def _note_key(self, key: str) -> None:
        self.keys += 1
        if self.book is not None:
            self.book.key(key)

    async def _answer(self) -> bool:
        try:
            with trio.fail_after(PATIENCE_S):
                return await self._answers.receive()
        except trio.EndOfChannel as gone:
            raise StoryFailed("the kiosk went away before it answered") from gone

    async def _moved_on(self, shown: Shown) -> None:
        """Wait a moment for another picture; the refused one was on its way out, or being drawn."""
        with trio.move_on_after(MOVE_ON_S):
            while self.now is shown:
                await self._changed.wait()

    async def _send(self, message: dict[str, object]) -> None:
        if self._stream is None:
            raise StoryFailed("the kiosk's screen console is not there")
        await self._stream.send_all(json.dumps(message).encode() + b"\n")

    def ids(self) -> list[str]:
        """Return the ids of the screens shown, in order, without immediate repeats."""
        order: list[str] = []
        for shown in self.shown:
            if not order or order[-1] != shown.screen:
                order.append(shown.screen)
        return order
