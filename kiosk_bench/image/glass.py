"""The emulated machine's panel, seen and touched: to a story it is the console of any kiosk.

What is up is recognised by its pixels, and a button is touched where the known picture has it.
The kiosk itself says nothing to this: in production it has no console.
"""

import io
from pathlib import Path

import trio
from PIL import Image

from kiosk_bench.console import Console, Shown
from kiosk_bench.image import pictures
from kiosk_bench.image.machine import Start
from kiosk_bench.image.pictures import Known, Pictures
from kiosk_bench.image.qmp import MachineGone
from kiosk_bench.image.touch import Finger

LOOK_S = 0.2
TAKEN_WITHIN_S = 8.0
"""A touch that has changed nothing by then was not taken."""
CHANGED = 0.0002
"""The part of a picture's middle that a dot for a typed digit changes."""
SHUFFLED = {"enter-pin": "digit-"}


class Glass(Console):
    """Eyes and finger on whatever machine is on; ``watch`` looks while one is."""

    def __init__(self, known: Pictures, evidence: Path, size: tuple[int, int]) -> None:
        super().__init__(Path(), evidence)
        self._known = known
        self._finger = Finger(*size)
        self._start: Start | None = None
        self._seen: Image.Image | None = None
        self.unknown: Image.Image | None = None
        """The last picture that is none of the known ones."""
        self.looks = 0

    @property
    def is_there(self) -> bool:
        return self._start is not None

    @property
    def now(self) -> Shown | None:
        """What is up on this machine, while it is one of the known pictures."""
        known = self._seen is not None and self.unknown is None
        return super().now if known else None

    async def watch(self, start: Start) -> None:
        """Look at this machine's panel until it is off or this is cancelled."""
        self._start, self._seen, self.unknown = start, None, None
        dump = start.console.file.with_suffix(".ppm")
        try:
            while True:
                self._look(await start.picture(dump, "ppm"))
                await trio.sleep(LOOK_S)
        except MachineGone:
            pass
        finally:
            self._start = None

    def _look(self, dump: Path) -> None:
        self.looks += 1
        with Image.open(io.BytesIO(dump.read_bytes())) as whole:
            image = pictures.small(whole)
            if self._seen is None or _is_another(self._seen, image):
                self._seen = image
                self._recognise(image, whole)
        self.announce()

    def _recognise(self, image: Image.Image, whole: Image.Image) -> None:
        """Add what is up to what was shown; a picture that slides in is not known yet."""
        known = self._known.recognise(image)
        buttons = None if known is None else _buttons_on(known, whole)
        if known is None or buttons is None:
            self.unknown = whole.copy()
            return
        self.unknown = None
        self._keep_seen(known, buttons, whole)

    def _keep_seen(
        self, known: Known, buttons: dict[str, pictures.Box], whole: Image.Image
    ) -> None:
        number = len(self.shown) + 1
        self.shown.append(Shown(number, known.screen, known.language, buttons, {}, number))
        assert self.pictures is not None
        whole.save(self.pictures / f"{number:03d}-{known.screen}.png")

    async def _touched(self, screen: str, button: str) -> bool:
        """Touch the button's middle; tell whether the picture changes."""
        if self._start is None or self.now is None:
            return False
        before = self._seen
        x, y, width, height = self.now.buttons[button]
        self._note_touch(button)
        try:
            await self._finger.tap(self._start.qmp, x + width // 2, y + height // 2)
        except MachineGone:
            return False
        with trio.move_on_after(TAKEN_WITHIN_S):
            while self._seen is before:
                await self.changed()
            await self._settled()
            return True
        return False

    async def _settled(self) -> None:
        """Wait until two looks are alike: nothing slides, no button is held down."""
        seen: Image.Image | None = None
        while seen is not self._seen:
            seen = self._seen
            await self.changed()
            await self.changed()


def _buttons_on(known: Known, whole: Image.Image) -> dict[str, pictures.Box] | None:
    """Return where the buttons are; None where shuffled ones cannot be told apart."""
    if known.screen not in SHUFFLED:
        return dict(known.buttons)
    found = pictures.arranged(known, whole, SHUFFLED[known.screen])
    return known.buttons | found if found else None


def _is_another(before: Image.Image, image: Image.Image) -> bool:
    return pictures.difference(pictures.middle(before), pictures.middle(image)) > CHANGED
