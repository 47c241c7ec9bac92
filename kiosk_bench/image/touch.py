"""A finger on the emulated touch panel: the events that QEMU's own windows send for one."""

from itertools import count
from typing import Any

import trio

from kiosk_bench.image.qmp import Qmp

FULL_SCALE = 0x7FFF
HOLD_S = 0.15
"""A finger stays a moment; the kiosk looks sixty times a second, slower when it is emulated."""


class Finger:
    """One finger; each touch has a number of its own, as a panel's controller counts them."""

    def __init__(self, width_px: int, height_px: int) -> None:
        self._size = width_px, height_px
        self._numbers = count(1)

    async def tap(self, qmp: Qmp, x: int, y: int) -> None:
        """Put the finger on a pixel and take it away again. Raises MachineGone."""
        number = next(self._numbers) & 0x7FFF
        width, height = self._size
        places = {"x": _scaled(x, width), "y": _scaled(y, height)}
        down = [_contact("begin", number), _button(down=True)]
        down += [_place(axis, value, number) for axis, value in places.items()]
        await qmp.do("input-send-event", events=down)
        await trio.sleep(HOLD_S)
        await qmp.do("input-send-event", events=[_contact("end", -1), _button(down=False)])


def _scaled(pixel: int, whole: int) -> int:
    return (2 * pixel + 1) * FULL_SCALE // (2 * whole)


def _contact(kind: str, number: int) -> dict[str, Any]:
    told = {"type": kind, "slot": 0, "tracking-id": number, "axis": "x", "value": 0}
    return {"type": "mtt", "data": told}


def _place(axis: str, value: int, number: int) -> dict[str, Any]:
    told = {"type": "data", "slot": 0, "tracking-id": number, "axis": axis, "value": value}
    return {"type": "mtt", "data": told}


def _button(down: bool) -> dict[str, Any]:
    return {"type": "btn", "data": {"down": down, "button": "touch"}}
